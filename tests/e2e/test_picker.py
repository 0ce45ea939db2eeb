"""Choosing in JupyterLab: cells that wait for a person, with and without await."""

import nbformat
import pytest
from playwright.sync_api import expect

from tests.e2e.lab import Lab, running_lab
from tests.widgets.page import chromium

CELLS = [
    """import imnb

demo = await imnb.demo()
alice = await demo.login("alice")
group = await alice.create_group("Lunch", ["bob", "carol"])
alice.me""",
    'await alice.picker("forward").choose()',
    'alice.picker("mention", conversation=group).sync.choose()',
    'await imnb.picker([f"<b>{n:05}</b>" for n in range(10_000)]).choose()',
    "import ipywidgets; len(ipywidgets.widgets.widget._instances)",
]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, folder / "picker.ipynb")
    with running_lab(folder) as url, chromium() as browser:
        yield Lab(browser, url, "picker.ipynb", width=900, height=1200)


def test_people_choose_while_their_cells_wait(lab):
    page = lab.page
    lab.command("notebook:run-all-cells")
    picker = page.locator(".imnb-picker")
    field = picker.get_by_role("combobox")
    outputs = page.locator(".jp-OutputArea-executeResult")

    expect(picker).to_contain_text("Forward to")
    expect(picker.get_by_role("option", name="Lunch")).to_be_visible()
    field.click()
    field.press_sequentially("lun")
    field.press("Enter")
    expect(picker.locator(".imnb-chip")).to_contain_text("Lunch")
    for shade in ("Dark", "Light"):
        lab.theme(f"JupyterLab {shade}")
        page.wait_for_timeout(500)
        lab.screenshot(f"picker-lab-{shade.lower()}", ".imnb-picker")
    picker.get_by_role("button", name="Forward", exact=True).click()

    expect(picker).to_contain_text("Mention")  # the next cell, which does not await
    picker.get_by_role("option", name="Everybody").click()
    field.click()
    field.press("b")
    field.press("Enter")
    expect(picker.locator(".imnb-chip")).to_have_count(2)
    field.press("Control+Enter")

    expect(picker.get_by_role("option").first).to_contain_text("<b>00000</b>")
    field.click()
    field.press("Escape")
    expect(outputs).to_have_count(4)
    results = [text.partition(":")[2] for text in outputs.all_text_contents()]
    assert results[2:] == ["('*', 'bob')", "0"]
    expect(picker).to_have_count(0)
    said = page.get_by_text("nothing was chosen")
    expect(said).to_be_visible()
    assert page.locator(".jp-CodeCell").count() == len(CELLS)  # b was text
    assert lab.errors == []

"""The quickstart as a user sees it, in JupyterLab."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.lab import open_notebook

NOTEBOOK = "quickstart.ipynb"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with open_notebook(tmp_path_factory.mktemp("lab"), NOTEBOOK) as lab:
        yield lab


def apps(lab):
    """Alice's and Bob's chat programs, newest run of the cell."""
    found = lab.page.locator(".imnb-app")
    expect(found).to_have_count(2)
    return found.nth(0), found.nth(1)


def chat_once(lab, text):
    alice, bob = apps(lab)
    composer = alice.get_by_label("Message", exact=True)
    composer.click()
    composer.type(text)
    composer.press("Enter")
    mine = alice.locator(".imnb-mine .imnb-bubble", has_text=text)
    expect(mine.get_by_label(re.compile("sent|delivered|read"))).to_be_visible()
    expect(composer).to_have_value("")
    theirs = bob.locator(".imnb-line:not(.imnb-mine) .imnb-bubble", has_text=text)
    expect(theirs).to_be_visible()


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_a_message_typed_by_alice_appears_at_bob(lab):
    lab.run_all()
    alice, bob = apps(lab)
    expect(alice.get_by_text("Online")).to_be_visible()
    chat_once(lab, "Typed in a browser <b>not bold</b>")
    reply = bob.get_by_label("Message", exact=True)
    reply.click()
    reply.type("two")
    reply.press("Shift+Enter")
    reply.type("lines")
    reply.press("Enter")
    expect(alice.locator(".imnb-bubble", has_text="two\nlines")).to_be_visible()
    assert (
        lab.page.locator(".jp-CodeCell").count() == 5
    )  # b, a and Shift-Enter are text
    assert lab.errors == []


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_the_frames_of_a_message_are_shown(lab):
    inspector = lab.page.locator(".imnb-inspector")
    rows = inspector.locator(".imnb-frame:not(.imnb-frame-head)")
    expect(rows.filter(has_text="EventPush").last).to_be_visible()
    inspector.get_by_label("Filter").fill('text contains "not bold"')
    inspector.get_by_label("Filter").press("Enter")
    expect(rows).to_have_count(1)
    rows.first.click()
    expect(inspector.locator(".imnb-detail")).to_contain_text("<b>not bold</b>")
    inspector.get_by_label("Filter").fill("text contains")
    inspector.get_by_label("Filter").press("Enter")
    expect(inspector.get_by_role("alert")).to_contain_text("expected a value")
    inspector.get_by_label("Filter").fill("")
    inspector.get_by_label("Filter").press("Enter")
    expect(inspector.get_by_role("alert")).to_be_hidden()


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_the_calls_of_a_client_lead_to_their_frames(lab):
    inspector = lab.page.locator(".imnb-inspector")
    inspector.get_by_role("tab", name="Calls").click()
    rows = inspector.locator(".imnb-call:not(.imnb-call-head)")
    expect(rows.filter(has_text="POST /v1/authenticate")).to_contain_text("done")
    _, bob = apps(lab)
    bob.get_by_label("Message", exact=True).fill("one more call")
    bob.get_by_label("Message", exact=True).press("Enter")
    sent = rows.filter(has_text="Send").last
    expect(sent).to_contain_text("done")
    rows.filter(has_text="Login").click()
    detail = inspector.locator(".imnb-detail")
    expect(detail).to_contain_text("Login ask")
    expect(detail).to_contain_text("request, frame #")
    expect(detail).to_contain_text("token: '(hidden)'")
    for shade in ("Dark", "Light"):
        lab.theme(f"JupyterLab {shade}")
        lab.page.wait_for_timeout(500)
        lab.screenshot(f"inspector-calls-lab-{shade.lower()}", ".imnb-inspector")
    inspector.get_by_role("tab", name="Frames").click()
    request = inspector.locator(".imnb-frame[aria-selected=true]")
    expect(request).to_contain_text("Login")
    expect(request).to_be_in_viewport()
    inspector.get_by_label("Follow").check()


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("width", [800, 1400])
def test_it_looks_right(lab, theme, width):
    lab.page.set_viewport_size({"width": width, "height": 2400})
    lab.theme(theme)
    lab.page.wait_for_timeout(500)
    shade = theme.split()[-1].lower()
    lab.screenshot(f"quickstart-{shade}-{width}", ".jp-NotebookPanel")
    for app in apps(lab):
        box = app.bounding_box()
        assert box["width"] >= 300
        inner = app.locator(".imnb-main").bounding_box()
        assert inner["x"] + inner["width"] <= box["x"] + box["width"] + 1


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_all_cells_again_in_the_same_kernel_and_in_a_new_one(lab):
    lab.run_all()
    chat_once(lab, "second run")
    lab.page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()"
    )
    lab.wait_for_kernel()
    lab.run_all()
    chat_once(lab, "third run")
    assert lab.errors == []

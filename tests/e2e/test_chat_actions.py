"""The actions of a chat in JupyterLab."""

import pytest
from playwright.sync_api import expect

from tests.e2e.lab import open_notebook
from tests.e2e.test_quickstart import apps, chat_once

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with open_notebook(tmp_path_factory.mktemp("lab"), "quickstart.ipynb") as lab:
        yield lab


def bubble(app, text):
    return app.locator(".imnb-line").filter(
        has=app.page.locator(".imnb-message-text", has_text=text)
    )


def pick(lab, app, text, name):
    bubble(app, text).locator(".imnb-message-text").click(button="right")
    menu = app.get_by_role("menu")
    expect(menu).to_be_visible()
    expect(lab.page.locator(".lm-Menu")).to_have_count(0)
    menu.get_by_label(name, exact=True).click()


def test_a_message_is_answered_edited_and_taken_back(lab):
    lab.run_all()
    alice, bob = apps(lab)
    chat_once(lab, "first text")
    mine = bubble(alice, "first text")
    pick(lab, bob, "first text", "React with 🎉")
    expect(mine.locator(".imnb-reaction")).to_have_text("🎉 1")
    pick(lab, bob, "first text", "Reply")
    field = bob.get_by_label("Message", exact=True)
    expect(bob.locator(".imnb-mode")).to_contain_text("first text")
    field.type("my answer")
    expect(alice.locator(".imnb-typing")).to_have_text("Bob is typing…")
    field.press("Enter")
    answer = bubble(alice, "my answer")
    expect(answer.locator(".imnb-quote")).to_contain_text("first text")
    pick(lab, alice, "first text", "Edit")
    field = alice.get_by_label("Message", exact=True)
    expect(field).to_have_value("first text")
    field.fill("other text")
    field.press("Enter")
    expect(bubble(bob, "other text").first).to_contain_text("edited")
    quote = bubble(bob, "my answer").locator(".imnb-quote")
    expect(quote).to_contain_text("other text")
    expect(field).to_have_value("")
    lab.screenshot("actions-lab-light", ".jp-NotebookPanel")
    lab.theme("JupyterLab Dark")
    lab.page.wait_for_timeout(500)
    lab.screenshot("actions-lab-dark", ".jp-NotebookPanel")
    pick(lab, alice, "other text", "Take back")
    expect(bubble(bob, "This message was taken back").first).to_be_visible()
    expect(answer.locator(".imnb-quote")).to_contain_text("taken back")
    row = alice.get_by_role("option").first
    row.click(button="right")
    alice.get_by_role("menuitem", name="Pin", exact=True).click()
    expect(row.get_by_label("Pinned")).to_be_visible()
    assert lab.errors == []

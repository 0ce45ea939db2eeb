import pytest
from playwright.sync_api import expect

from imnb.widgets.chat import ChatView
from tests.widgets.samples import RICH, chat_frame, message, reaction
from tests.widgets.test_chat import LONG, scroll_to

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_page):
    page = open_page(height=900)
    page.mount("chat", ChatView)
    page.set_height(860)
    page.scroller = page.page.get_by_role("log")
    page.menu = page.page.get_by_role("menu")
    return page


def line(page, text):
    return page.page.locator(".imnb-line").filter(has_text=text)


def items(page):
    return page.menu.get_by_role("menuitem").all_text_contents()


MINE = ["Reply", "Copy text", "Forward…", "Edit", "Take back"]


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Reply", {"type": "reply", "key": "m1"}),
        ("Edit", {"type": "edit", "key": "m1"}),
        ("Forward…", {"type": "forward", "key": "m1"}),
        ("Take back", {"type": "revoke", "key": "m1"}),
    ],
)
def test_the_menu_of_a_message(page, label, said):
    page.receive("chat", chat_frame([message(1, "hello", True)]))
    line(page, "hello").click(button="right")
    assert items(page) == MINE
    page.menu.get_by_role("menuitem", name=label).click()
    expect(page.menu).to_have_count(0)
    assert page.sent("chat", said["type"]) == [said]


def test_a_menu_offers_what_can_be_done_and_no_more(page):
    rows = [message(1, "theirs"), message(2, "gone", actions=[])]
    page.receive("chat", chat_frame(rows, can_forward=False))
    line(page, "theirs").hover()
    line(page, "theirs").get_by_role("button", name="Actions").click()
    assert items(page) == ["Reply", "Copy text"]
    page.page.mouse.click(300, 700)
    expect(page.menu).to_have_count(0)
    line(page, "gone").click(button="right")
    expect(page.menu).to_have_count(0)


@pytest.mark.parametrize("key", ["ContextMenu", "Shift+F10", "Enter"])
def test_all_of_it_by_keyboard(page, key):
    page.receive("chat", chat_frame([message(1, "first"), message(2, "last", True)]))
    page.scroller.focus()
    page.page.keyboard.press("ArrowUp")
    expect(line(page, "last")).to_be_focused()
    page.page.keyboard.press("ArrowUp")
    expect(line(page, "first")).to_be_focused()
    page.page.keyboard.press("ArrowDown")
    page.page.keyboard.press(key)
    expect(page.menu.get_by_label("React with 👍")).to_be_focused()
    page.page.keyboard.press("ArrowUp")
    expect(page.menu.get_by_role("menuitem", name="Take back")).to_be_focused()
    page.page.keyboard.press("Escape")
    expect(page.menu).to_have_count(0)
    expect(line(page, "last")).to_be_focused()
    page.page.keyboard.press(key)
    page.page.keyboard.press("ArrowRight")
    page.page.keyboard.press("Enter")
    said = {"type": "react", "key": "m2", "emoji": "❤️"}
    assert page.sent("chat", "react") == [said]
    page.page.keyboard.press("Escape")
    expect(page.scroller).to_be_focused()


def test_a_message_that_changes_keeps_the_focus(page):
    page.receive("chat", chat_frame([message(1, "first")]))
    page.scroller.focus()
    page.page.keyboard.press("ArrowUp")
    page.receive("chat", chat_frame([message(1, "edited", rev=2)], number=2))
    expect(line(page, "edited")).to_be_focused()


def test_a_reaction_is_joined_or_left_by_a_click(page):
    marks = [reaction("👍", 2, True, "You and Bob"), reaction("🎉")]
    page.receive("chat", chat_frame([message(1, "hi", reactions=marks)]))
    mine = page.page.get_by_role("button", name="👍 2, You and Bob")
    expect(mine).to_have_attribute("aria-pressed", "true")
    mine.click()
    page.page.get_by_role("button", name="🎉 1, Bob").click()
    assert [one["emoji"] for one in page.sent("chat", "react")] == ["👍", "🎉"]


def test_a_text_is_copied_as_it_was_sent(page):
    page.page.context.grant_permissions([])
    page.page.evaluate(
        "() => Object.defineProperty(navigator, 'clipboard', { value: "
        "{ writeText: (text) => { window.copied = text } } })"
    )
    page.receive("chat", chat_frame([message(1, "see https://a.example/ <b>")]))
    line(page, "see").click(button="right")
    page.menu.get_by_role("menuitem", name="Copy text").click()
    assert page.page.evaluate("window.copied") == "see https://a.example/ <b>"


def test_a_page_that_may_not_copy_says_so(page):
    page.page.evaluate(
        "() => Object.defineProperty(navigator, 'clipboard', { value: undefined })"
    )
    page.receive("chat", chat_frame([message(1, "hi")]))
    line(page, "hi").click(button="right")
    page.menu.get_by_role("menuitem", name="Copy text").click()
    expect(page.page.get_by_role("alert")).to_contain_text("did not let this page copy")


def test_what_else_a_message_shows(page):
    page.receive("chat", chat_frame(RICH, group=True, typing="Carol is typing…"))
    expect(page.page.get_by_role("note")).to_have_text("Carol added Dave to the group")
    expect(page.page.locator(".imnb-mention")).to_have_text("@Alice")
    expect(page.page.locator(".imnb-to-me")).to_have_count(1)
    expect(line(page, "It did").get_by_label("read by all")).to_be_visible()
    expect(line(page, "Noted").get_by_label("delivered")).to_be_visible()
    expect(line(page, "Noted")).to_contain_text("Forwarded from Carol")
    expect(line(page, "Noted").locator(".imnb-meta")).to_contain_text("edited")
    image = page.page.get_by_alt_text("roof.png")
    assert image.evaluate("e => e.decode().then(() => e.naturalWidth)") == 8
    expect(page.page.locator(".imnb-typing")).to_have_text("Carol is typing…")


def test_a_quote_leads_to_what_it_answers(page):
    page.receive("chat", chat_frame(RICH))
    page.page.get_by_role("button", name="Answers Bob Brown").click()
    assert page.sent("chat", "jump") == [{"type": "jump", "seq": 1}]
    frame = chat_frame([message(n, f"n {n}") for n in range(1, 90)], at_end=False)
    page.receive("chat", {**frame, "anew": False, "target": ["m9", 1], "number": 2}
                 | {"edit": [0, 0, 10, frame.pop("order")], "order": None})  # fmt: skip
    expect(line(page, "n 9").first).to_be_focused()
    expect(line(page, "n 9").first).to_be_in_viewport()
    page.page.get_by_role("button", name="Newest messages").click()
    assert page.sent("chat", "end") == [{"type": "end"}]


def test_at_the_end_of_what_is_here_the_newer_is_asked_for(page):
    page.receive("chat", chat_frame(LONG, at_end=False))
    scroll_to(page, 0)
    page.page.wait_for_timeout(600)
    page.forget("chat")
    scroll_to(page, 1e6)
    page.wait_for("chat", "newer")
    assert page.sent("chat", "end") == []


def test_an_error_can_be_put_away(page):
    page.receive("chat", chat_frame(error="it went wrong"))
    alert = page.page.get_by_role("alert")
    expect(alert).to_contain_text("it went wrong")
    alert.get_by_role("button", name="Dismiss").click()
    page.wait_for("chat", "dismiss")
    page.receive("chat", chat_frame(number=2))
    expect(alert).to_be_hidden()

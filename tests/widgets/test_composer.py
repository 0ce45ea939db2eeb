import pytest
from playwright.sync_api import expect

from imnb.errors import ConfigError
from imnb.tasks import EngineLoop
from imnb.viewmodels.composer import ComposerViewModel
from imnb.widgets.composer import ComposerView
from tests.viewmodels.fakes import FakeCommands
from tests.widgets.front_end import FrontEnd
from tests.widgets.samples import COMPOSER


@pytest.fixture
async def commands(virtual):
    return FakeCommands()


@pytest.fixture
async def front_end(virtual, desk, commands):
    view_model = ComposerViewModel(commands, desk.runner)
    view_model.conversation = "1"
    view = ComposerView(view_model, EngineLoop())
    front_end = FrontEnd(view)
    front_end.say("ready")
    await virtual.advance(1)
    yield front_end
    view.close()


async def test_a_text_is_sent_as_it_was_written(virtual, front_end, commands):
    front_end.say("send", text="  two\nlines <b> ")
    await virtual.advance(1)
    assert commands.calls == [("send_text", 1, "  two\nlines <b> ", None, False)]


@pytest.mark.parametrize("content", [{}, {"text": ""}, {"text": " \n"}])
async def test_nothing_is_not_sent(virtual, front_end, commands, content):
    front_end.say("send", **content)
    await virtual.advance(1)
    assert commands.calls == []


async def test_a_refused_text_goes_back_with_the_reason(virtual, front_end, commands):
    commands.error = ConfigError("the text is too long")
    front_end.say("send", text="long")
    await virtual.advance(1)
    assert front_end.last["refused"] == ["long", 1]
    assert front_end.last["error"] == "the text is too long"


async def test_an_edit_and_a_draft_reach_the_client(virtual, front_end, commands):
    model = front_end.view.view_model
    model.edit("1", {"seq": 5, "text": "hi", "mine": True, "name": "", "card": None})
    await virtual.advance(1)
    assert (front_end.last["mode"], front_end.last["field"][0]) == ("edit", "hi")
    front_end.say("cancel")
    front_end.say("draft", conversation="1", text="half")
    await virtual.advance(1)
    assert commands.preferences.drafts == [(1, "half", None)]
    assert front_end.last["mode"] == ""


async def test_a_draft_is_not_in_a_picture(front_end):
    assert front_end.view.static_html() == ""


# In a browser.


@pytest.fixture
def page(open_page):
    page = open_page()
    page.mount("composer", ComposerView)
    page.receive("composer", COMPOSER)
    page.input = page.page.get_by_label("Message", exact=True)
    page.button = page.page.get_by_role("button", name="Send")
    return page


def texts(page):
    return [message["text"] for message in page.sent("composer", "send")]


@pytest.mark.browser
def test_enter_sends_and_shift_enter_makes_a_line(page):
    page.input.press_sequentially("one")
    page.input.press("Shift+Enter")
    page.input.press_sequentially("two")
    page.input.press("Enter")
    assert texts(page) == ["one\ntwo"]
    expect(page.input).to_have_value("")
    expect(page.input).to_be_focused()


@pytest.mark.browser
def test_the_button_sends_too(page):
    page.input.fill("by button")
    page.button.click()
    assert texts(page) == ["by button"]
    expect(page.input).to_be_focused()


@pytest.mark.browser
@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_an_empty_text_is_not_sent(page, text):
    page.input.fill(text)
    expect(page.button).to_be_disabled()
    page.input.press("Enter")
    assert texts(page) == []


@pytest.mark.browser
def test_enter_that_ends_a_word_of_an_input_method_does_not_send(page):
    page.input.focus()
    session = page.page.context.new_cdp_session(page.page)
    typed = {"text": "にほん", "selectionStart": 3, "selectionEnd": 3}
    session.send("Input.imeSetComposition", typed)
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    assert texts(page) == []
    session.send("Input.insertText", {"text": "日本"})
    assert texts(page) == []
    page.input.press("Enter")
    assert texts(page) == ["日本"]


@pytest.mark.browser
@pytest.mark.parametrize("event", [{"isComposing": True}, {"keyCode": 229}])
def test_both_signs_of_an_input_method_are_known(page, event):
    page.input.fill("日本")
    page.input.dispatch_event("keydown", {"key": "Enter", **event})
    assert texts(page) == []
    page.input.dispatch_event("keydown", {"key": "Enter"})
    assert texts(page) == ["日本"]


@pytest.mark.browser
def test_keys_do_not_reach_the_notebook(page):
    page.page.evaluate(
        """() => {
          window.heard = [];
          document.addEventListener("keydown", (event) => heard.push(event.key));
        }"""
    )
    page.input.press_sequentially("ab")
    page.input.press("Shift+Enter")
    page.input.press("Enter")
    assert page.page.evaluate("window.heard") == []
    view = page.page.locator(".imnb-composer")
    expect(view).to_have_attribute("data-lm-suppress-shortcuts", "true")


@pytest.mark.browser
def test_a_refused_text_comes_back_once(page):
    page.input.fill("too long")
    page.input.press("Enter")
    page.input.press_sequentially("next")
    refused = {**COMPOSER, "refused": ["too long", 1], "error": "it is too long"}
    page.receive("composer", {**refused, "number": 2})
    expect(page.input).to_have_value("too long\nnext")
    expect(page.page.get_by_role("alert")).to_contain_text("it is too long")
    page.receive("composer", {**refused, "number": 3})
    expect(page.input).to_have_value("too long\nnext")
    page.input.fill("too long")
    page.input.press("Enter")
    refused["refused"] = ["too long", 2]
    page.receive("composer", {**refused, "number": 4})
    expect(page.input).to_have_value("too long")


@pytest.mark.browser
def test_without_a_kernel_the_text_is_kept_and_the_reason_shown(page):
    page.page.evaluate(
        "() => { models.composer.send = () => { throw new Error('Cannot send') } }"
    )
    page.input.fill("to nobody")
    page.input.press("Enter")
    expect(page.input).to_have_value("to nobody")
    expect(page.page.get_by_role("alert")).to_contain_text("Run its cell again")


@pytest.mark.browser
def test_each_conversation_has_its_draft(page):
    page.input.fill("for one")
    there = {**COMPOSER, "conversation": "2", "field": ["for two", 2]}
    page.receive("composer", {**there, "number": 2})
    expect(page.input).to_have_value("for two")
    told = {"type": "draft", "conversation": "1", "text": "for one"}
    assert page.sent("composer", "draft") == [told]
    back = {**COMPOSER, "field": ["for one", 3]}
    page.receive("composer", {**back, "number": 3})
    expect(page.input).to_have_value("for one")
    assert page.sent("composer", "draft") == [told]


@pytest.mark.browser
def test_what_is_written_is_told_a_bit_later_and_not_put_back(page):
    page.input.press_sequentially("hel")
    assert page.sent("composer", "draft") == []
    page.wait_for("composer", "draft")
    page.input.press_sequentially("lo")
    page.receive("composer", {**COMPOSER, "field": ["hel", 1], "number": 2})
    expect(page.input).to_have_value("hello")
    page.input.press("Enter")
    page.input.blur()
    assert [one["text"] for one in page.sent("composer", "draft")] == ["hel"]


@pytest.mark.browser
def test_a_refused_draft_is_not_doubled_on_the_way_back(page):
    first = {**COMPOSER, "refused": ["lost", 1]}
    page.receive("composer", {**first, "number": 2})
    page.input.fill("lost and changed")
    away = {**COMPOSER, "conversation": "2", "refused": ["", 1], "field": ["", 2]}
    page.receive("composer", {**away, "number": 3})
    back = {**COMPOSER, "refused": ["lost", 2], "field": ["lost and changed", 3]}
    page.receive("composer", {**back, "number": 4})
    expect(page.input).to_have_value("lost and changed")


TARGET = {"seq": 4, "name": "Bob <b>", "text": "Lunch?"}


@pytest.mark.browser
def test_an_answer_says_to_what_and_is_left_by_escape(page):
    reply = {**COMPOSER, "mode": "reply", "target": TARGET}
    page.receive("composer", {**reply, "number": 2})
    status = page.page.get_by_role("status")
    expect(status).to_contain_text("Reply to Bob <b>Lunch?")
    expect(page.input).to_be_focused()
    page.input.press("Escape")
    page.page.get_by_role("button", name="Cancel").click()
    assert page.sent("composer", "cancel") == [{"type": "cancel"}] * 2
    page.receive("composer", {**COMPOSER, "number": 3})
    expect(status).to_be_hidden()


@pytest.mark.browser
def test_an_edit_takes_the_field_and_gives_it_back(page):
    page.input.fill("half a sen")
    edit = {**COMPOSER, "mode": "edit", "target": TARGET, "field": ["Lunch?", 2]}
    page.receive("composer", {**edit, "number": 2})
    expect(page.input).to_have_value("Lunch?")
    page.input.fill("Lunch at one?")
    page.page.get_by_role("button", name="Save").click()
    assert texts(page) == ["Lunch at one?"]
    page.receive("composer", {**COMPOSER, "field": ["half", 3], "number": 3})
    expect(page.input).to_have_value("half a sen")
    expect(page.button).to_be_enabled()


@pytest.mark.browser
def test_it_grows_with_its_lines_up_to_a_limit(page):
    heights = []
    for lines in (1, 3, 50):
        page.input.fill("\n".join(["line"] * lines))
        heights.append(page.input.bounding_box()["height"])
    assert heights[0] < heights[1] < heights[2] <= 160


@pytest.mark.browser
def test_without_a_conversation_nothing_can_be_written(page):
    page.receive("composer", {**COMPOSER, "conversation": "", "number": 2})
    expect(page.input).to_be_disabled()
    expect(page.input).to_be_hidden()

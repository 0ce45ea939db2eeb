import pytest
from playwright.sync_api import expect

from imnb.errors import ConfigError
from imnb.tasks import EngineLoop
from imnb.viewmodels.chat import ChatViewModel
from imnb.widgets.chat import ChatView
from tests.viewmodels.fakes import FakeBeside, FakeCommands, chat_source
from tests.viewmodels.fakes import message as stored
from tests.widgets.front_end import FrontEnd
from tests.widgets.samples import DAY, NOW, TALK, chat_frame, message

HOSTILE = "<img src=x onerror=alert(1)>"
HEADER = {"key": "1", "title": "Bob Brown", "initials": "BB", "hue": 67, "unread": 2}


@pytest.fixture
async def commands(virtual):
    return FakeCommands()


@pytest.fixture
async def view(virtual, desk, commands):
    source = chat_source(stored(1), stored(2, HOSTILE, "alice", client_id="c2"))
    view_model = ChatViewModel(
        "alice", lambda number: source, FakeBeside(), commands, desk.runner
    )
    view = ChatView(view_model, EngineLoop())
    view_model.show(1)
    await desk.settle()
    view_model.header = {**HEADER, "group": False, "members": 2, "last_seq": 2}
    view.source = source
    yield view
    view.close()
    view_model.close()
    await desk.settle()


async def shown(virtual, view):
    front_end = FrontEnd(view)
    front_end.say("ready")
    await virtual.advance(1)
    return front_end


async def test_a_frame_tells_what_is_shown(virtual, view):
    frame = (await shown(virtual, view)).last
    assert frame["order"] == ["#1", "c2"]
    assert [row["mine"] for row in frame["rows"]] == [False, True]
    assert (frame["conversation"], frame["title"]) == ("1", "Bob Brown")
    assert (frame["subtitle"], frame["unread"]) == ("Direct chat", 2)
    view.view_model.header = {**HEADER, "group": True, "members": 5}
    assert view._frame(anew=False)["subtitle"] == "5 members"


async def test_a_new_message_is_the_only_row_of_its_frame(virtual, view):
    front_end = await shown(virtual, view)
    view.source.put(*view.source.snapshot.rows, stored(3, "new"))
    await virtual.advance(1)
    assert [row["text"] for row in front_end.last["rows"]] == ["new"]
    assert front_end.last["edit"] == (0, 2, 0, ["#3"])


@pytest.mark.parametrize(
    ("said", "called"),
    [
        ({"kind": "retry", "key": "c2"}, ("retry", "c2")),
        ({"kind": "discard", "key": "c2"}, ("discard", "c2")),
        ({"kind": "seen"}, ("mark_read", 1, 2)),
        ({"kind": "revoke", "key": "c2"}, ("revoke", (1, 2))),
        ({"kind": "react", "key": "#1", "emoji": "👍"}, ("react", (1, 1), "👍")),
    ],
)
async def test_what_a_page_asks_for(virtual, view, commands, said, called):
    front_end = await shown(virtual, view)
    front_end.say(**said)
    await virtual.advance(1)
    assert commands.calls == [called]


async def test_paging_back_and_giving_back(virtual, view):
    view.source.older = [stored(0, "older")]
    front_end = await shown(virtual, view)
    front_end.say("older")
    await virtual.advance(1)
    assert front_end.last["edit"] == (0, 0, 0, ["#0"])
    front_end.say("end")
    await virtual.advance(1)
    assert front_end.last["edit"][0] == 2


async def test_why_a_command_failed_is_shown(virtual, view, commands):
    front_end = await shown(virtual, view)
    commands.error = ConfigError("this message is gone")
    front_end.say("retry", key="c2")
    await virtual.advance(1)
    assert front_end.last["error"] == "this message is gone"


async def test_the_picture_is_escaped(view):
    view.view_model.header = {**HEADER, "title": HOSTILE}
    picture = view.static_html()
    assert "<img" not in picture
    assert picture.count("&lt;img src=x onerror=alert(1)&gt;") == 2


@pytest.fixture
def page(open_page):
    page = open_page()
    page.mount("chat", ChatView)
    page.set_height(460)
    page.chat = page.page.locator(".imnb-chat")
    page.scroller = page.page.get_by_role("log")
    return page


LONG = [message(number, f"message {number}") for number in range(100, 200)]


def at_end(page):
    return page.scroller.evaluate(
        "e => e.scrollHeight - e.scrollTop - e.clientHeight < 3"
    )


def scroll_to(page, top):
    page.scroller.evaluate("(e, top) => { e.scrollTop = top }", top)
    page.paint()


def position(page, text):
    return page.chat.get_by_text(text, exact=True).bounding_box()["y"]


def add(page, number, *rows, **more):
    """A frame by difference: these rows come at the end."""
    keys = [row["key"] for row in rows]
    count = page.count = getattr(page, "count", 100) + len(rows)
    edit = [0, count - len(rows), 0, keys]
    frame = {**chat_frame(list(rows)), "anew": False, "edit": edit, **more}
    del frame["order"]
    page.receive("chat", {**frame, "number": number})


@pytest.mark.browser
def test_each_message_says_how_its_sending_stands(page):
    page.receive("chat", chat_frame())
    page.page.set_viewport_size({"width": 640, "height": 900})
    bubble = page.chat.locator(".imnb-line")
    expect(bubble.filter(has_text="Give me five").get_by_label("sent")).to_be_visible()
    sending = bubble.filter(has_text="On its way")
    expect(sending.get_by_label("sending")).to_be_visible()
    failed = bubble.filter(has_text="Too late")
    expect(failed.get_by_label("not sent")).to_be_visible()
    expect(failed).to_contain_text("you are not in this group")
    failed.get_by_role("button", name="Send again").click()
    failed.get_by_role("button", name="Discard").click()
    assert page.sent("chat", "retry") == [{"type": "retry", "key": "m10"}]
    assert page.sent("chat", "discard") == [{"type": "discard", "key": "m10"}]


@pytest.mark.browser
def test_a_state_changes_where_it_stands(page):
    page.receive("chat", chat_frame([message(1, "hi", True, state="sending")]))
    expect(page.chat.get_by_label("sending")).to_be_visible()
    frame = chat_frame([message(1, "hi", True, rev=2)], anew=False, number=2)
    page.receive("chat", frame)
    expect(page.chat.get_by_label("sent", exact=True)).to_be_visible()
    expect(page.chat.locator(".imnb-line")).to_have_count(1)


@pytest.mark.browser
def test_days_are_told_apart(page):
    today = page.page.evaluate("Date.now() * 1000")
    ages = [400, 1, 1, 0]
    rows = [message(n, "x", at=today - age * DAY) for n, age in enumerate(ages)]
    page.receive("chat", chat_frame(rows, at_start=True))
    separators = page.chat.get_by_role("separator").all_text_contents()
    assert separators[0] == "No older messages"
    assert "20" in separators[1]  # the year
    assert separators[2:] == ["Yesterday", "Today"]


@pytest.mark.browser
def test_names_and_pictures_are_shown_in_groups_only(page):
    rows = [message(1, "a"), message(2, "b"), message(3, "c", at=NOW + DAY)]
    page.receive("chat", chat_frame(rows, group=True))
    assert page.chat.locator(".imnb-name").all_text_contents() == ["Bob Brown"] * 2
    expect(page.chat.locator(".imnb-line .imnb-avatar")).to_have_count(2)
    page.receive("chat", chat_frame(rows, number=2))
    expect(page.chat.locator(".imnb-name")).to_have_count(0)


@pytest.mark.browser
def test_at_the_end_it_stays_at_the_end(page):
    page.receive("chat", chat_frame(LONG))
    assert at_end(page)
    add(page, 2, message(200, "a long one " * 60), message(201, "newest"))
    expect(page.chat.get_by_text("newest")).to_be_visible()
    assert at_end(page)
    expect(page.chat.get_by_role("button", name="Newest messages")).to_be_hidden()


@pytest.mark.browser
def test_less_room_does_not_leave_the_end(page):
    page.receive("chat", chat_frame(LONG))
    page.page.evaluate(
        """() => {
          document.querySelector(".imnb-chat").style.height = "380px";
          document.querySelector(".imnb-scroller").dispatchEvent(new Event("scroll"));
        }"""
    )
    page.paint()
    assert at_end(page)
    expect(page.chat.locator(".imnb-jump")).to_be_hidden()


@pytest.mark.browser
def test_who_reads_older_messages_is_not_moved(page):
    page.receive("chat", chat_frame(LONG))
    scroll_to(page, 1500)
    text = page.chat.locator(".imnb-message-text").nth(12).text_content()
    before = position(page, text)
    add(page, 2, message(200, "newest"), message(201, "newer"))
    assert position(page, text) == pytest.approx(before, abs=1)
    jump = page.chat.get_by_role("button", name="Newest messages, 2 new")
    expect(jump).to_have_text("↓ 2")
    jump.click()
    expect(page.chat.get_by_text("newer")).to_be_visible()
    assert at_end(page)
    expect(jump).to_be_hidden()
    expect(page.chat.get_by_role("separator", name="New messages")).to_be_visible()
    page.wait_for("chat", "end")


@pytest.mark.browser
def test_older_messages_come_above_and_are_not_new(page):
    page.receive("chat", chat_frame(LONG))
    scroll_to(page, 150)
    page.wait_for("chat", "older")
    text = page.chat.locator(".imnb-message-text").nth(5).text_content()
    before = position(page, text)
    older = [message(n, f"older {n}\n" * 3) for n in range(50)]
    frame = {**chat_frame(older), "anew": False, "number": 2}
    frame["edit"] = [0, 0, 0, frame.pop("order")]
    page.receive("chat", frame)
    page.paint()
    assert position(page, text) == pytest.approx(before, abs=1)
    expect(page.chat.locator(".imnb-jump")).to_have_text("↓")


@pytest.mark.browser
def test_my_own_message_brings_me_to_the_end(page):
    page.receive("chat", chat_frame(LONG))
    scroll_to(page, 1500)
    add(page, 2, message(200, "mine", True, state="sending"))
    expect(page.chat.get_by_text("mine")).to_be_visible()
    assert at_end(page)


@pytest.mark.browser
def test_what_is_unread_is_marked_and_seen(page):
    page.receive("chat", chat_frame([], conversation="2", unread=2, read_seq=6))
    assert page.sent("chat", "seen") == []  # nothing is there to be seen
    frame = chat_frame(conversation="2", unread=2, read_seq=6, number=2)
    page.receive("chat", frame)
    texts = page.chat.locator(".imnb-new + .imnb-line .imnb-message-text")
    expect(texts).to_have_text(TALK[-4]["text"])
    assert len(page.wait_for("chat", "seen")) == 1
    page.receive("chat", chat_frame(conversation="3", number=3))
    expect(page.chat.locator(".imnb-new")).to_have_count(0)


@pytest.mark.browser
def test_what_comes_below_is_seen_when_one_gets_there(page):
    page.receive("chat", chat_frame(LONG))
    scroll_to(page, 1500)
    add(page, 2, message(200, "newest"), unread=1)
    page.page.wait_for_timeout(400)
    assert page.sent("chat", "seen") == []
    page.chat.get_by_role("button", name="Newest messages").click()
    page.wait_for("chat", "seen")


@pytest.mark.browser
def test_a_short_conversation_asks_for_what_is_older_by_itself(page):
    page.receive("chat", chat_frame(LONG[:2]))
    page.wait_for("chat", "older")
    page.forget("chat")
    page.receive("chat", chat_frame(LONG[:2], at_start=True, number=2))
    assert page.sent("chat", "older") == []

import pytest
from playwright.sync_api import expect

from imnb.errors import ConfigError
from imnb.tasks import EngineLoop
from imnb.viewmodels.conversation_list import ConversationListViewModel
from imnb.widgets.conversation_list import MAX_USERS, ConversationListView
from tests.viewmodels.fakes import FakeCommands, room, room_source
from tests.widgets.front_end import FrontEnd
from tests.widgets.samples import ROOMS, conversation, list_frame

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def commands(virtual):
    return FakeCommands()


@pytest.fixture
async def view(virtual, desk, commands):
    source = room_source(room(1), room(2, HOSTILE, last_text=HOSTILE, unread=3))
    view_model = ConversationListViewModel(source, commands, desk.runner)
    view = ConversationListView(view_model, "alice", EngineLoop())
    view.source = source
    yield view
    view.close()
    view_model.close()


@pytest.fixture
async def front_end(virtual, view):
    front_end = FrontEnd(view)
    front_end.say("ready")
    await virtual.advance(1)
    return front_end


async def test_a_frame_tells_what_is_listed(front_end):
    frame = front_end.last
    assert frame["order"] == ["1", "2"]
    assert [row["unread"] for row in frame["rows"]] == [0, 3]
    assert (frame["selected"], frame["me"]) == ("", "alice")


async def test_a_conversation_is_chosen(virtual, view, front_end):
    for key, selected in [("2", "2"), ("9", "2"), (None, "2")]:
        front_end.say("select", key=key)
        await virtual.advance(1)
        assert front_end.last["selected"] == selected


@pytest.mark.parametrize(
    ("users", "title", "called"),
    [
        (["bob"], "", ("open_direct", "bob")),
        (["bob", "carol"], " Us ", ("create_group", "Us", ["bob", "carol"])),
    ],
)
async def test_a_conversation_is_started(
    virtual, front_end, commands, users, title, called
):
    front_end.say("start", users=users, title=title)
    await virtual.advance(1)
    assert commands.calls == [called]
    assert front_end.last["started"] == 1


async def test_a_start_that_failed_says_why(virtual, front_end, commands):
    commands.error = ConfigError("there is no user 'bbo'")
    front_end.say("start", users=["bbo"])
    await virtual.advance(1)
    assert front_end.last["error"] == "there is no user 'bbo'"
    assert front_end.last["started"] == 0


async def test_a_group_of_too_many_is_cut(virtual, front_end, commands):
    front_end.say("start", users=[f"user{n}" for n in range(10_000)], title="All")
    await virtual.advance(1)
    assert len(commands.calls[0][2]) == MAX_USERS


async def test_a_start_without_sense_is_shown(virtual, front_end, commands):
    front_end.say("start", users=7)
    await virtual.advance(1)
    assert front_end.last["error"] == "start failed; see the log"
    assert commands.calls == []


async def test_the_picture_is_escaped(view):
    picture = view.static_html()
    assert "<img" not in picture
    assert picture.count("&lt;img src=x onerror=alert(1)&gt;") == 2


# In a browser.


@pytest.fixture
def page(open_page):
    page = open_page(width=320)
    page.mount("list", ConversationListView)
    page.set_height(440)
    page.receive("list", list_frame())
    page.rows = page.page.get_by_role("option")
    page.list = page.page.get_by_role("listbox", name="Conversations")
    page.search = page.page.get_by_label("Search conversations")
    return page


@pytest.mark.browser
def test_what_a_row_says(page):
    expect(page.rows).to_have_count(len(ROOMS))
    group = page.rows.nth(1)
    expect(group).to_contain_text("carol: The tag is out")
    expect(group.get_by_label("3 unread")).to_be_visible()
    expect(page.rows.nth(3).get_by_label("1200 unread")).to_have_text("999+")
    mine = conversation(1, "Bob", "hi", sender="alice", rev=2)
    silent = conversation(2, "Eve", "", at=0, sender="", rev=2)
    page.receive("list", list_frame([mine, silent], number=2))
    expect(page.rows.nth(0)).to_contain_text("You: hi")
    expect(page.rows.nth(1)).to_contain_text("No messages yet")


@pytest.mark.browser
def test_the_open_one_is_marked(page):
    for key in ("1", "3"):
        page.receive("list", list_frame(selected=key, number=int(key)))
        chosen = page.page.locator('[role="option"][aria-selected="true"]')
        expect(chosen).to_have_count(1)
        assert page.list.get_attribute("aria-activedescendant") == (
            chosen.get_attribute("id")
        )


@pytest.mark.browser
def test_a_click_and_arrows_choose(page):
    page.rows.nth(1).click()
    page.list.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "End", "ArrowDown", "Home"):
        page.list.press(key)
    chosen = [message["key"] for message in page.sent("list", "select")]
    assert chosen == ["2", "2", "3", "2", "5", "5", "1"]


@pytest.mark.browser
def test_search_looks_at_titles_and_last_messages(page):
    for words, found in [("TAG", 1), ("こん", 1), ("re", 2), ("nothing such", 0)]:
        page.search.fill(words)
        expect(page.rows).to_have_count(found)
    expect(page.page.get_by_text("Nothing found")).to_be_visible()
    page.search.fill("")
    expect(page.rows).to_have_count(len(ROOMS))


@pytest.mark.browser
def test_a_conversation_is_started_by_keyboard(page):
    opener = page.page.get_by_role("button", name="New conversation")
    people = page.page.get_by_label("Users to talk to")
    opener.press("Enter")
    expect(people).to_be_focused()
    people.press_sequentially("bob,carol  dave")
    people.press("Tab")
    page.page.keyboard.type("Friends")
    page.page.keyboard.press("Enter")
    assert page.sent("list", "start") == [
        {"type": "start", "users": ["bob", "carol", "dave"], "title": "Friends"}
    ]
    page.receive("list", list_frame(error="there is no user 'dave'", number=2))
    expect(people).to_have_value("bob,carol  dave")  # to be mended
    page.receive("list", list_frame(started=1, number=3))
    expect(people).to_be_hidden()
    opener.click()
    expect(people).to_have_value("")
    people.press("Escape")
    expect(people).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.browser
def test_an_empty_list_says_what_to_do(page):
    page.receive("list", list_frame([], number=2))
    expect(page.page.get_by_text("No conversations yet. Press +")).to_be_visible()


@pytest.mark.browser
def test_marks_of_a_conversation(page):
    page.receive("list", list_frame())
    expect(page.rows.nth(0).get_by_label("Pinned")).to_be_visible()
    expect(page.rows.nth(1).get_by_label("1 mention you")).to_be_visible()
    expect(page.rows.nth(2)).to_contain_text("Draft: Tomorrow at six?")
    expect(page.rows.nth(3).get_by_label("Muted")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("row", "label", "said"),
    [
        (0, "Unpin", {"type": "pin", "key": "1"}),
        (1, "Pin", {"type": "pin", "key": "2"}),
        (1, "Mute", {"type": "mute", "key": "2", "muted": True}),
        (3, "Unmute", {"type": "mute", "key": "4", "muted": False}),
    ],
)
def test_pin_and_mute_by_the_menu(page, row, label, said):
    page.receive("list", list_frame())
    page.rows.nth(row).click(button="right")
    page.page.get_by_role("menuitem", name=label, exact=True).click()
    assert page.sent("list", said["type"]) == [said]
    assert page.sent("list", "select") == []


@pytest.mark.browser
def test_the_menu_of_the_open_conversation_by_keyboard(page):
    page.receive("list", list_frame())
    listbox = page.page.get_by_role("listbox")
    listbox.focus()
    page.page.keyboard.press("Shift+F10")
    page.page.keyboard.press("ArrowDown")
    page.page.keyboard.press("Enter")
    assert page.sent("list", "mute") == [{"type": "mute", "key": "1", "muted": True}]
    expect(listbox).to_be_focused()

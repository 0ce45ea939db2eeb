import re

import pytest
from playwright.sync_api import expect

from imnb.engine.requests import HttpRequest
from imnb.tasks import EngineLoop
from imnb.viewmodels.call_rows import CallRows
from imnb.viewmodels.inspector import InspectorViewModel
from imnb.widgets.inspector import InspectorView
from tests.inspector.frames import SEND, event_push, feed, make_capture
from tests.viewmodels.calls import CallingClient
from tests.widgets.front_end import FrontEnd
from tests.widgets.samples import inspector_frame

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def capture():
    capture, _ = make_capture()
    feed(capture, True, SEND, ask_id=1)
    feed(capture, False, event_push(HOSTILE))
    return capture


@pytest.fixture
def client():
    return CallingClient()


def inspect(capture, client, desk):
    model = InspectorViewModel(capture, CallRows(client), desk.runner)
    return InspectorView(model, EngineLoop())


@pytest.fixture
async def view(virtual, desk, capture, client):
    view = inspect(capture, client, desk)
    yield view
    view.close()


@pytest.fixture
async def front_end(virtual, view):
    front_end = FrontEnd(view)
    front_end.say("ready")
    await virtual.advance(1)
    return front_end


async def test_the_frames_that_were_there(front_end):
    frame = front_end.last
    assert [row["command"] for row in frame["rows"]] == ["Send", "EventPush"]
    assert (frame["total"], frame["selected"]) == ([2, 0], 0)


async def test_a_burst_of_frames_is_one_message(virtual, capture, front_end):
    for ask_id in range(2, 502):
        feed(capture, True, SEND, ask_id=ask_id)
    await virtual.advance(1)
    assert len(front_end.frames) == 2
    assert len(front_end.last["rows"]) == 500
    assert front_end.last["total"] == [502, 0]


async def test_nothing_is_looked_into_while_nobody_looks(virtual, view, capture):
    feed(capture, True, SEND, ask_id=2)
    await virtual.advance(60)
    assert view.view_model.rows == ()
    FrontEnd(view).say("ready")
    await virtual.advance(1)
    assert len(view.view_model.rows) == 3


async def test_one_frame_is_looked_into(virtual, front_end):
    front_end.say("select", number=2)
    await virtual.advance(1)
    assert front_end.last["selected"] == 2
    assert HOSTILE in str(front_end.last["detail"])
    front_end.say("select", number="2; drop")
    front_end.say("select", number=9)
    await virtual.advance(1)
    assert "frame 9 was dropped" in front_end.last["error"]


async def test_a_filter_is_applied_or_its_fault_shown(virtual, front_end):
    front_end.say("filter", text='command == "Send"')
    await virtual.advance(1)
    assert front_end.last["edit"] == (0, 1, 1, [])
    assert front_end.last["filter"] == 'command == "Send"'
    front_end.say("filter", text="size >")
    await virtual.advance(1)
    assert "expected a value" in front_end.last["error"]
    assert front_end.last["rows"] == []


async def test_calls_come_by_difference_and_a_burst_is_one_message(
    virtual, client, front_end
):
    first = client.begin("Login", ask_id=1)
    for _ in range(50):
        client.done("Pull")
    await virtual.advance(1)
    assert len(front_end.frames) == 2
    assert len(front_end.last["calls"]["rows"]) == 51
    assert front_end.last["calls_total"] == [51, 1]
    first.finish()
    await virtual.advance(1)
    assert len(front_end.frames) == 3
    (row,) = front_end.last["calls"]["rows"]
    assert (row["key"], row["state"]) == ("0-1", "done")
    assert front_end.last["rows"] == []


async def test_one_call_is_looked_into(virtual, client, front_end):
    client.done(HttpRequest("GET", "http://host/v1/users"))
    front_end.say("select", number=1)
    front_end.say("select_call", key="0-1")
    await virtual.advance(1)
    assert (front_end.last["selected"], front_end.last["selected_call"]) == (0, "0-1")
    assert front_end.last["title"] == "GET /v1/users done"
    front_end.say("select_call", key=1)
    front_end.say("select_call", key="9-9")
    await virtual.advance(1)
    assert "this call was dropped" in front_end.last["error"]


async def test_the_picture_is_escaped(view, capture, client):
    feed(capture, True, SEND, ask_id=2)
    client.begin(HOSTILE).finish(TimeoutError("words of a server"))
    client.begin("Pull", ask_id=7)
    picture = view.static_html()
    assert picture.count("<tr>") == 5
    assert "<td>EventPush</td>" in picture
    assert "<img" not in picture
    assert "<td>timed out TimeoutError</td>" in picture
    assert "<td>Pull</td><td>7</td><td>waiting</td><td></td>" in picture
    assert "words" not in picture


async def test_a_closed_view_does_not_hear_of_frames_and_calls(
    virtual, desk, capture, client
):
    inspect(capture, client, desk).close()
    assert capture._listeners == client.engine.calls._listeners == client.watchers == []


# In a browser.


@pytest.fixture
def page(open_page):
    page = open_page(width=1000)
    page.mount("inspector", InspectorView)
    page.receive("inspector", inspector_frame())
    page.rows = page.page.locator(".imnb-scroller").get_by_role("row")
    page.frames = page.page.locator(".imnb-scroller")
    page.follow = page.page.get_by_label("Follow")
    return page


def row(page, number):
    cell = page.page.locator(".imnb-cell-number", has_text=re.compile(f"^{number}$"))
    return page.rows.filter(has=cell)


def chosen(page):
    return [message["number"] for message in page.sent("inspector", "select")]


@pytest.mark.browser
def test_the_newest_is_in_sight_and_faults_stand_out(page):
    expect(page.rows.last).to_contain_text("39")
    expect(page.rows.last).to_be_in_viewport()
    page.frames.press("Home")
    bad = page.rows.filter(has_text="NOT_FOUND")
    expect(bad).to_have_class("imnb-frame imnb-in imnb-bad")
    expect(page.page.get_by_text("39 of 40 frames")).to_be_visible()


@pytest.mark.browser
def test_a_click_and_arrows_choose(page):
    row(page, 38).click()
    expect(page.follow).not_to_be_checked()
    page.frames.focus()
    for key in ("ArrowDown", "ArrowDown", "End", "Home"):
        page.frames.press(key)
    assert chosen(page) == [38, 5, 6, 39, 1]


@pytest.mark.browser
def test_the_message_of_the_chosen_frame_is_shown_as_text(page):
    message = page.page.get_by_label("Message", exact=True)
    expect(message).to_contain_text("text: 'Hello <b>Bob</b>'")
    none = inspector_frame(selected=0, detail=[], title="", number=2)
    page.receive("inspector", none)
    expect(message).to_have_text("Select a frame to see the message in it")
    page.receive("inspector", inspector_frame(detail=[], number=3))
    expect(message).to_contain_text("An empty message")


@pytest.mark.browser
def test_a_filter_is_sent_with_enter_and_restored(page):
    filter_ = page.page.get_by_label("Filter")
    filter_.fill("size > 100")
    filter_.press("Enter")
    filter_.press("Tab")
    assert page.sent("inspector", "filter") == [
        {"type": "filter", "text": "size > 100"}
    ]
    page.receive("inspector", inspector_frame(2, filter="size > 100", number=2))
    page.page.evaluate("document.querySelector('.imnb-inspector').remove()")
    page.mount("again", InspectorView)
    page.receive("again", inspector_frame(filter="size > 100"))
    expect(filter_).to_have_value("size > 100")


@pytest.mark.browser
def test_following_keeps_the_newest_in_sight_until_it_is_off(page):
    page.receive("inspector", inspector_frame(100, number=2))
    expect(row(page, 99)).to_be_in_viewport()
    page.follow.uncheck()
    page.receive("inspector", inspector_frame(200, number=3))
    expect(row(page, 99)).to_be_in_viewport()
    page.follow.check()
    expect(row(page, 199)).to_be_in_viewport()


@pytest.mark.browser
def test_a_fault_in_a_filter_keeps_its_mark_below_the_place(page):
    page.receive("inspector", inspector_frame(error="size >\n     ^ a value", number=2))
    text = page.page.locator(".imnb-error-text")
    expect(text).to_have_css("white-space", "pre-wrap")
    assert "mono" in text.evaluate("e => getComputedStyle(e).fontFamily")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("total", "says"), [(0, "No frames yet"), (9, "No frame fits the filter")]
)
def test_an_empty_table_says_why(page, total, says):
    frame = inspector_frame(order=[], rows=[], total=[total, 0], number=2)
    page.receive("inspector", frame)
    expect(page.page.get_by_text(says)).to_be_visible()

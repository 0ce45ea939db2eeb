import pytest

from imnb.engine.requests import HttpRequest
from imnb.viewmodels import inspector
from imnb.viewmodels.call_rows import CallRows
from imnb.viewmodels.inspector import InspectorViewModel
from tests.inspector.frames import LOGIN, SEND, event_push, feed, make_capture
from tests.viewmodels.calls import CallingClient
from tests.viewmodels.fakes import heard


def three_frames(**settings):
    capture, clock = make_capture(**settings)
    feed(capture, True, SEND, ask_id=1)
    feed(capture, False, event_push("hello"))
    clock.now += 0.25
    feed(capture, False, SEND, ask_id=1, command=20)
    return capture


@pytest.fixture
def capture():
    return three_frames()


def look_at(capture, desk, client=None):
    calls = CallRows(client or CallingClient())
    return InspectorViewModel(capture, calls, desk.runner)


@pytest.fixture
def client():
    return CallingClient()


@pytest.fixture
def model(desk, capture, client):
    made = look_at(capture, desk, client)
    made.refresh()
    return made


async def do(desk, command, argument):
    command(argument)
    await desk.settle()


def numbers(model):
    return [int(row["key"]) for row in model.rows]


async def test_a_row_for_each_frame(capture, model):
    request, push, reply = model.rows
    assert (request["command"], request["out"], request["ask"]) == ("Send", True, 1)
    assert (push["command"], push["out"], push["latency"]) == ("EventPush", False, None)
    assert (reply["latency"], reply["status"], reply["key"]) == (250.0, "OK", "3")
    assert reply["size"] == len(capture[3].wire)
    assert model.total == (3, 0)


async def test_an_empty_capture(desk):
    capture, _ = make_capture()
    model = look_at(capture, desk)
    model.refresh()
    await do(desk, model.set_filter, "size > 1")
    assert (model.rows, model.total, model.error) == ((), (0, 0), "")


async def test_new_frames_are_added_and_the_rows_before_are_the_same(capture, model):
    before = model.rows
    feed(capture, True, SEND, ask_id=2)
    model.refresh()
    assert model.rows[:3] == before
    assert model.rows[0] is before[0]
    assert numbers(model) == [1, 2, 3, 4]


async def test_without_new_frames_nothing_is_told(model):
    changes = heard(model, "rows", "total")
    model.refresh()
    assert changes == []


async def test_one_hears_of_new_frames_until_one_does_not_want_to(capture, model):
    heard_of = []
    model.watch(lambda: heard_of.append("first"))
    model.watch(lambda: heard_of.append("second"))
    feed(capture, True, SEND)
    model.refresh()
    model.unwatch()
    feed(capture, True, SEND)
    assert heard_of == ["second"]


async def test_a_filter_is_for_old_and_new_frames(desk, capture, model):
    await do(desk, model.set_filter, 'command == "Send"')
    assert numbers(model) == [1, 3]
    feed(capture, False, event_push("more"))
    feed(capture, True, SEND)
    model.refresh()
    assert numbers(model) == [1, 3, 5]
    assert model.total == (5, 0)
    await do(desk, model.set_filter, "")
    assert numbers(model) == [1, 2, 3, 4, 5]


async def test_a_filter_that_cannot_be_read_changes_nothing(desk, capture, model):
    await do(desk, model.set_filter, "size > 1")
    await do(desk, model.set_filter, "size >")
    assert "expected a value" in model.error
    assert (model.filter, numbers(model)) == ("size > 1", [1, 2, 3])
    feed(capture, True, SEND)
    model.refresh()
    assert numbers(model) == [1, 2, 3, 4]
    await do(desk, model.set_filter, "size > 1")
    assert model.error == ""


async def test_a_long_search_lets_others_run(desk, monkeypatch, capture, model):
    monkeypatch.setattr(inspector, "SLICE", 1)
    before = model.rows
    model.set_filter('command == "Send"')
    await desk.settle(2)
    feed(capture, True, SEND)
    model.refresh()
    assert model.rows == before
    await desk.settle()
    assert numbers(model) == [1, 3, 4]


async def test_of_two_filters_the_last_one_counts(desk, monkeypatch, capture, model):
    monkeypatch.setattr(inspector, "SLICE", 1)
    monkeypatch.setattr(inspector, "WINDOW", 1)
    for _ in range(10):
        feed(capture, True, SEND)
    model.set_filter('command == "none"')
    await desk.settle(2)
    await do(desk, model.set_filter, 'command == "Send"')
    assert (model.filter, numbers(model)) == ('command == "Send"', [13])


async def test_frames_can_be_looked_at_after_the_client_was_closed(desk, model):
    await desk.scope.close()
    await do(desk, model.set_filter, 'text contains "hello"')
    await do(desk, model.select, 2)
    assert (numbers(model), model.selected, model.error) == ([2], 2, "")


async def test_looking_into_a_frame(desk, model):
    await do(desk, model.select, 2)
    assert model.selected == 2
    assert model.title.startswith("#2 <- EventPush")
    assert (0, "events[0]", "") in model.detail
    assert (2, "text", "'hello'") in model.detail


async def test_no_secret_is_shown(desk, capture, model):
    feed(capture, True, LOGIN, ask_id=9)
    await do(desk, model.select, 4)
    assert (0, "token", "'(hidden)'") in model.detail
    assert "s3cret" not in str((model.rows, model.detail, model.title))


async def test_what_cannot_be_decoded_says_so(desk, capture, model):
    feed(capture, False, SEND, command=999)
    await do(desk, model.select, 4)
    (line,) = model.detail
    assert line[1].endswith("bytes of an unknown command")


async def test_the_selection_is_kept_when_frames_come_or_do_not_fit(
    desk, capture, model
):
    await do(desk, model.select, 2)
    shown = (model.selected, model.title, model.detail)
    feed(capture, True, SEND)
    model.refresh()
    await do(desk, model.set_filter, 'command == "Send"')
    assert (model.selected, model.title, model.detail) == shown


async def test_a_full_capture_drops_and_the_table_says_how_many(desk):
    capture = three_frames(max_bytes=1300)
    model = look_at(capture, desk)
    model.refresh()
    await do(desk, model.select, 1)
    title = model.title
    for ask_id in range(2, 12):
        feed(capture, True, SEND, ask_id=ask_id)
    model.refresh()
    assert model.total == (13, capture.dropped)
    assert capture.dropped > 5
    await do(desk, model.select, 2)
    assert model.error == "frame 2 was dropped to make room for newer ones"
    assert (model.selected, model.title) == (1, title)
    await do(desk, model.select, 13)
    assert (model.selected, model.error) == (13, "")


async def test_the_table_holds_the_newest_frames(desk, monkeypatch, capture, model):
    monkeypatch.setattr(inspector, "WINDOW", 4)
    for _ in range(10):
        feed(capture, True, SEND)
    model.refresh()
    assert numbers(model) == [10, 11, 12, 13]
    await do(desk, model.set_filter, 'direction == "out"')
    assert numbers(model) == [10, 11, 12, 13]
    feed(capture, True, SEND)
    model.refresh()
    assert numbers(model) == [11, 12, 13, 14]


async def test_close_undoes_every_observer(capture, client, model):
    heard_of, changes = [], heard(model, "rows", "calls")
    model.watch(lambda: heard_of.append(1))
    model.close()
    feed(capture, True, SEND)
    client.done()
    model.refresh()
    assert (heard_of, changes) == ([], [])


async def test_calls_are_told_of_and_shown(client, model):
    heard_of = []
    model.watch(lambda: heard_of.append(1))
    client.done("Login")
    client.begin("Pull")
    assert heard_of == [1]
    model.refresh()
    assert [row["command"] for row in model.calls] == ["Login", "Pull"]
    assert model.calls_total == (2, 1)


async def test_calls_are_shown_while_frames_are_searched(
    desk, monkeypatch, client, model
):
    monkeypatch.setattr(inspector, "SLICE", 1)
    model.set_filter('command == "Send"')
    await desk.settle(2)
    client.done("Login")
    model.refresh()
    assert len(model.calls) == 1


async def test_a_call_is_looked_at_with_the_frame_of_its_request(desk):
    capture, clock = make_capture()
    client = CallingClient()
    model = look_at(capture, desk, client)
    call = client.begin("Send", ask_id=4)
    clock.now = call.times["sending"]
    feed(capture, True, SEND, ask_id=4)
    model.refresh()
    await do(desk, model.select_call, "0-1")
    assert (model.selected, model.selected_call) == (1, "0-1")
    assert model.title == "Send ask 4 waiting"
    assert (0, "request, frame #1", "") in model.detail
    assert (1, "conversation_id", "1") in model.detail
    await do(desk, model.select, 1)
    assert (model.selected, model.selected_call) == (1, "")
    assert model.detail == ((0, "conversation_id", "1"),)


async def test_what_is_said_of_a_call_goes_on_with_it(desk, client, model):
    call = client.begin("Send", ask_id=999)
    model.refresh()
    await do(desk, model.select_call, "0-1")
    await do(desk, model.set_filter, "size >")
    call.finish(TimeoutError())
    model.refresh()
    assert model.title == "Send ask 999 timed out"
    assert "expected a value" in model.error
    changes = heard(model, "title", "detail")
    client.done()
    model.refresh()
    assert changes == []


async def test_a_call_over_http_has_no_frame(desk, client, model):
    await do(desk, model.select, 1)
    client.done(HttpRequest("GET", "http://host/v1/users"))
    model.refresh()
    await do(desk, model.select_call, "0-1")
    assert (model.selected, model.title) == (0, "GET /v1/users done")
    assert model.detail[-1][1] == "no frame of it was sent over this connection"


async def test_a_call_that_is_not_there_any_more_says_so(desk, client, model):
    await do(desk, model.select_call, "0-1")
    assert model.error == "this call was dropped to make room for newer ones"
    client.done()
    model.refresh()
    await do(desk, model.select_call, "0-1")
    assert (model.error, model.selected_call) == ("", "0-1")

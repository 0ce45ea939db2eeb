import pytest

from imnb.inspector.capture import FRAME_OVERHEAD
from imnb.wire.filter_tokens import FilterError
from tests.inspector.frames import LOGIN, SEND, event_push, feed, make_capture


def filled():
    capture, clock = make_capture()
    feed(capture, True, SEND, ask_id=1)
    clock.now += 0.25
    feed(capture, False, event_push("hello"))
    feed(capture, False, SEND, ask_id=1, command=20)
    return capture


def test_frames_are_numbered_in_order():
    capture = filled()
    assert [record.number for record in capture.frames()] == [1, 2, 3]
    assert (len(capture), capture.total, capture.dropped) == (3, 3, 0)


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        ({"since": 1}, [2, 3]),
        ({"limit": 2}, [2, 3]),
        ({"limit": 0}, []),
        ({"where": 'command == "Send"'}, [1, 3]),
        ({"where": 'command == "Send"', "limit": 1}, [3]),
        ({"where": 'text contains "HELL"'}, [2]),
        ({"where": "  "}, [1, 2, 3]),
        ({"where": "size > 100000"}, []),
    ],
)
def test_some_of_the_frames(arguments, numbers):
    assert [record.number for record in filled().frames(**arguments)] == numbers


def test_a_wrong_filter_is_named():
    with pytest.raises(FilterError):
        filled().frames(where="size >")


def test_request_and_reply_are_paired():
    capture = filled()
    assert (capture[1].pair, capture[3].pair) == (3, 1)
    assert capture[3].latency == pytest.approx(0.25)
    assert capture[2].pair is None


def test_all_replies_of_a_stream_have_the_request():
    capture, _ = make_capture()
    feed(capture, True, SEND, ask_id=1)
    feed(capture, False, SEND, ask_id=1, command=20, more=True)
    feed(capture, False, SEND, ask_id=1, command=20)
    feed(capture, False, SEND, ask_id=1, command=20)
    assert [capture[n].pair for n in (1, 2, 3, 4)] == [2, 1, 1, None]


def test_the_oldest_frames_make_room():
    one = len(LOGIN.SerializeToString())
    capture, _ = make_capture(max_bytes=3 * (FRAME_OVERHEAD + 100))
    for ask_id in range(1, 11):
        feed(capture, True, LOGIN, ask_id=ask_id)
        if ask_id == 5:
            capture.frames()
    assert one < 100
    assert capture.total == 10
    assert capture.dropped == 10 - len(capture) > 0
    assert [record.ask_id for record in capture.frames()] == list(
        range(capture.dropped + 1, 11)
    )
    with pytest.raises(KeyError, match="frame 1 is not here"):
        capture[1]


def test_what_was_dropped_is_not_kept_for_its_reply():
    capture, _ = make_capture(max_bytes=2 * (FRAME_OVERHEAD + 100))
    feed(capture, True, SEND, ask_id=1)
    capture.frames()
    for _ in range(3):
        feed(capture, False, event_push("x"))
    feed(capture, False, SEND, ask_id=1, command=20)
    assert capture.dropped >= 1
    assert capture[capture.total].pair is None
    assert capture._asked == {}


def test_a_view_that_fails_costs_no_frame(caplog):
    capture, _ = make_capture()
    heard = []

    def broken():
        raise ZeroDivisionError("a bug of the view")

    capture.subscribe(broken)
    unsubscribe = capture.subscribe(lambda: heard.append(1))
    feed(capture, True, SEND)
    assert heard == [1]
    assert "ZeroDivisionError" in caplog.text
    unsubscribe()
    unsubscribe()


def test_listeners_hear_once_until_somebody_reads():
    capture, _ = make_capture()
    heard = []
    unsubscribe = capture.subscribe(lambda: heard.append(1))
    feed(capture, True, SEND)
    feed(capture, True, SEND)
    assert len(heard) == 1
    capture.frames()
    feed(capture, True, SEND)
    assert len(heard) == 2
    unsubscribe()
    capture.frames()
    feed(capture, True, SEND)
    assert len(heard) == 2


def test_a_table_of_frames():
    table = filled().to_df()
    assert list(table.index) == [1, 2, 3]
    assert list(table["command"]) == ["Send", "EventPush", "Send"]
    assert table["latency_ms"].iloc[2] == pytest.approx(250)
    assert str(table["time"].dt.tz) == "UTC"
    assert list(filled().to_df('direction == "in"').index) == [2, 3]


def test_an_empty_table_has_its_columns():
    capture, _ = make_capture()
    assert list(capture.to_df().columns)[:2] == ["time", "direction"]


def test_bytes_that_are_no_envelope_are_kept():
    capture, _ = make_capture()
    capture.tap(False, b"", b"\xff\xff")
    assert capture.decode(capture[1]).command == "frame"

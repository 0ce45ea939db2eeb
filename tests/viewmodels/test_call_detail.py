import pytest

from imnb.engine.call_log import CallRecord
from imnb.viewmodels.call_detail import call_lines, call_title, duration, request_of
from tests.inspector.frames import LOGIN, SEND, feed, make_capture

DONE = CallRecord(
    number=1,
    started_at=None,
    made_at=100.0,
    method="Send",
    state="done",
    ask_id=4,
    priority=0,
    queued=0.0,
    sending=1.0,
    waiting=1.0,
    first_reply=1.5,
    ended=2.0,
    attempts=1,
    sent_bytes=30,
    received_bytes=12,
    error="",
    may_have_acted=False,
)
LOST = DONE._replace(
    state="timed out", ask_id=0, priority=3, sending=None, waiting=None,
    first_reply=None, attempts=2, error="CallTimeout: no reply", may_have_acted=True,
)  # fmt: skip


def test_what_is_said_of_a_call_that_was_answered():
    assert call_title(DONE) == "Send ask 4 done"
    assert call_lines(DONE, 17) == [
        (0, "state", "done"),
        (0, "queued", "1.00 s"),
        (0, "sending", "0.00 ms"),
        (0, "waiting", "500.00 ms"),
        (0, "receiving", "500.00 ms"),
        (0, "in all", "2.00 s"),
        (0, "replies", "12 B"),
        (0, "request, frame #17", ""),
    ]


def test_what_is_said_of_a_call_that_failed():
    assert call_title(LOST) == "Send timed out"
    assert call_lines(LOST, None) == [
        (0, "state", "timed out"),
        (0, "error", "CallTimeout: no reply"),
        (0, "the server may have acted", ""),
        (0, "tries", "2"),
        (0, "priority", "3"),
        (0, "queued", "2.00 s"),
        (0, "in all", "2.00 s"),
        (0, "no frame of it was sent over this connection", ""),
    ]


def test_what_is_said_of_a_call_under_way_whose_frame_is_gone():
    live = DONE._replace(state="waiting", first_reply=None, ended=None)
    assert call_lines(live, None)[-2:] == [
        (0, "sending", "0.00 ms"),
        (0, "its request is not among the captured frames", ""),
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.00 ms"), (0.0012, "1.20 ms"), (0.25, "250.00 ms"), (61, "61.00 s")],
)
def test_durations_as_people_read_them(seconds, text):
    assert duration(seconds) == text


@pytest.fixture
def capture():
    """The same ask id on three connections, and what is no request."""
    capture, clock = make_capture()
    for clock.now in (50.0, 101.2, 190.0):
        feed(capture, True, SEND, ask_id=4)
        feed(capture, True, SEND, ask_id=5)
        feed(capture, True, LOGIN, ask_id=6)
        feed(capture, False, SEND, ask_id=4)
    return capture


@pytest.mark.parametrize(
    ("call", "number"),
    [
        (DONE, 5),
        (DONE._replace(made_at=49.0), 1),
        (DONE._replace(made_at=188.99, ended=None), 9),
        (DONE._replace(made_at=20.0), None),
        (DONE._replace(made_at=300.0), None),
        (DONE._replace(ask_id=6), None),
        (DONE._replace(ask_id=6, method="Login"), 7),
        (DONE._replace(ask_id=0), None),
    ],
)
def test_the_frame_of_a_request_has_its_ask_id_command_and_time(capture, call, number):
    frame = request_of(call, capture)
    assert (None if frame is None else frame.number) == number

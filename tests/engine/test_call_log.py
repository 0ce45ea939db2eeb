import datetime

import pytest

from imnb.engine.call import Call, CallLife, CallState
from imnb.engine.call_log import LONGEST_ERROR, CallLog
from imnb.engine.requests import TcpRequest
from imnb.errors import CallTimeout

NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC)


@pytest.fixture
def log():
    return CallLog(3, now=lambda: NOON)


@pytest.fixture
def make(log):
    life = CallLife(lambda name, error: None)
    life.watch(log.look)
    return lambda: Call(TcpRequest("Login", {"token": "secret"}), life)


async def test_a_call_under_way_and_then_over(virtual, log, make):
    call = make()
    for state in (CallState.QUEUED, CallState.SENDING, CallState.WAITING):
        await virtual.advance(1)
        call.move(state)
    await virtual.advance(1)
    call.ask_id = 7
    call.replied(5)
    (live,) = log.rows()
    assert (live["state"], live["ended"]) == ("waiting", None)
    await virtual.advance(1)
    call.finish()
    (over,) = log.rows()
    assert over == {
        "started_at": NOON,
        "method": "Login",
        "state": "done",
        "ask_id": 7,
        "queued": 1,
        "sending": 2,
        "waiting": 3,
        "first_reply": 4,
        "ended": 5,
        "attempts": 1,
        "sent_bytes": 0,
        "received_bytes": 5,
        "error": "",
        "may_have_acted": False,
    }
    assert repr(log) == "<CallLog: 0 under way, 1 over>"


async def test_a_failure_is_told_without_contents(virtual, log, make):
    make().finish(CallTimeout("late " * 500))
    make().finish(TimeoutError())
    first, second = log.records()
    assert first.error.startswith("CallTimeout: late late")
    assert len(first.error) < LONGEST_ERROR + 20
    assert (first.may_have_acted, second.may_have_acted) == (True, False)
    assert (second.state, second.error) == ("timed out", "TimeoutError")
    assert "secret" not in repr(log.records())


async def test_the_oldest_are_pushed_out(virtual, log, make):
    calls = [make() for _ in range(5)]
    for number, call in enumerate(calls):
        call.ask_id = number
        call.finish(TimeoutError())
    assert [record.ask_id for record in log.records()] == [2, 3, 4]
    assert log._live == {}

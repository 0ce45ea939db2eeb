import datetime

import pytest

from imnb.engine.call import Call, CallLife, CallState
from imnb.engine.call_log import LONGEST_ERROR, CallLog, read
from imnb.engine.requests import TcpRequest
from imnb.errors import CallTimeout

NOON = datetime.datetime(2026, 1, 2, 12, 0, 0, 250_000, datetime.UTC)


@pytest.fixture
def log():
    return CallLog(3, now=lambda: int(NOON.timestamp()) * 10**9 + 250_000_999)


@pytest.fixture
def make(log):
    life = CallLife(lambda name, error: None)
    life.watch(log.look)
    request = TcpRequest("Login", {"token": "secret"}, priority=2)
    return lambda: Call(request, life)


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
        "number": 1,
        "started_at": NOON,
        "made_at": virtual.time() - 5,
        "method": "Login",
        "state": "done",
        "ask_id": 7,
        "priority": 2,
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
    assert (first.error_name, second.error_name) == ("CallTimeout", "TimeoutError")
    assert "secret" not in repr(log.records())


async def test_the_oldest_are_pushed_out(virtual, log, make):
    calls = [make() for _ in range(5)]
    for number, call in enumerate(calls):
        call.ask_id = number
        call.finish(TimeoutError())
    assert [record.ask_id for record in log.records()] == [2, 3, 4]
    assert log._live == {}


async def test_what_is_over_is_read_from_where_one_stopped(virtual, log, make):
    calls = [make() for _ in range(6)]
    for number, call in enumerate(calls[:5]):
        call.ask_id = number
        call.finish(TimeoutError())
    assert log.ended == 5
    assert [read(raw).ask_id for raw in log.over(4)] == [4]
    assert [read(raw).ask_id for raw in log.over(1)] == [2, 3, 4]  # 1 was pushed out
    assert log.over(5) == []
    assert (log.made, len(log.live(0))) == (6, 0)
    (live,) = log.live()
    assert (live.number, live.state, live.started_us % 10**6) == (6, "created", 250_000)


async def test_a_reader_is_told_once_until_it_reads(virtual, log, make):
    heard = []
    end = log.subscribe(lambda: heard.append(1))
    call, _ = make(), make()
    call.move(CallState.QUEUED)
    assert len(heard) == 1
    log.over()
    call.move(CallState.SENDING)
    assert len(heard) == 1
    call.finish(TimeoutError())
    assert len(heard) == 2
    end()
    end()
    log.live()
    make()
    assert len(heard) == 2


async def test_a_reader_that_fails_harms_nobody(virtual, log, make, caplog):
    heard = []
    log.subscribe(lambda: 1 / 0)
    log.subscribe(lambda: heard.append(1))
    make().finish(TimeoutError())
    assert heard == [1]
    assert "a listener of the calls failed" in caplog.text


Q, S, W = CallState.QUEUED, CallState.SENDING, CallState.WAITING


@pytest.mark.parametrize(
    ("path", "phases"),
    [
        ([], ()),
        ([Q], ()),
        ([Q, S], (2,)),
        ([Q, S, W, "reply"], (2, 1, 1)),
        ([Q, S, W, "reply", "end"], (2, 1, 1, 1)),
        (["end"], (1,)),
        ([Q, "end"], (2,)),
        ([Q, S, W, "end"], (2, 1, 1)),
        ([Q, S, W, "reply", Q, "end"], (6,)),
        ([Q, S, W, "reply", Q, S, W, "end"], (6, 1, 1)),
    ],
)
async def test_where_the_time_went(virtual, log, make, path, phases):
    call = make()
    for step in path:
        await virtual.advance(1)
        if step == "reply":
            call.replied(1)
        elif step == "end":
            call.finish(None if call.state is W else TimeoutError())
        else:
            call.move(step)
    (record,) = log.records()
    assert record.phases == phases
    assert record.ended is None or sum(record.phases) == record.ended

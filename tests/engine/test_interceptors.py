import asyncio

import pytest

from imnb.engine.call import Call, CallLife, CallState
from imnb.engine.interceptors import TRACE, CommonHeaders, Interceptor
from imnb.engine.requests import TcpRequest
from imnb.errors import ConnectionLost


@pytest.fixture
def reports():
    return []


@pytest.fixture
def life(reports):
    return CallLife(lambda name, error: reports.append((name, str(error))))


class Recorder(Interceptor):
    def __init__(self):
        self.seen = []

    async def before(self, call):
        await asyncio.sleep(0)
        self.seen.append("before")

    def replied(self, call, reply):
        self.seen.append(f"replied {reply}")

    async def failed(self, call, error):
        self.seen.append(f"failed {error}")

    def retrying(self, call, error):
        self.seen.append(f"retrying {error}")


class Clumsy(Interceptor):
    def failed(self, call, error):
        raise ValueError("of failed")

    def retrying(self, call, error):
        raise ValueError("of retrying")


async def answer(call):
    for state in (CallState.QUEUED, CallState.SENDING, CallState.WAITING):
        call.move(state)
    return "yes"


async def break_down(call):
    raise ConnectionLost("gone")


async def test_the_points_of_a_call_that_is_answered(life):
    recorder = Recorder()
    life.intercept(recorder)
    assert await life.run(Call("request", life), answer) == "yes"
    assert recorder.seen == ["before", "replied yes"]


async def test_the_points_of_a_call_that_fails(life, reports):
    recorder = Recorder()
    life.intercept(Clumsy())
    remove = life.intercept(recorder)
    call = Call("request", life)
    with pytest.raises(ConnectionLost):
        await life.run(call, break_down)
    await life.retrying(call, ConnectionLost("again"))
    assert recorder.seen == ["before", "failed gone", "retrying again"]
    assert reports == [
        ("interceptor of a failure", "of failed"),
        ("interceptor of a retry", "of retrying"),
    ]
    remove()
    with pytest.raises(ConnectionLost):
        await life.run(Call("request", life), break_down)
    assert len(recorder.seen) == 3


@pytest.mark.parametrize("point", ["before", "replied"])
async def test_two_of_them_may_refuse(life, point):
    class Strict(Interceptor):
        def before(self, call):
            if point == "before":
                raise PermissionError("not today")

        def replied(self, call, reply):
            raise PermissionError("not this reply")

    recorder = Recorder()
    life.intercept(Strict())
    life.intercept(recorder)
    call = Call("request", life)
    with pytest.raises(PermissionError):
        await life.run(call, answer)
    assert call.state is CallState.FAILED
    assert recorder.seen[-1].startswith("failed not ")


async def test_common_headers_are_added_and_leave_what_is_there(life):
    traces = iter("xy")
    common = CommonHeaders({"device": "d", "locale": "de"}, lambda: next(traces))
    life.intercept(common)
    first = Call(TcpRequest("Ping"), life)
    second = Call(TcpRequest("Ping", headers={"locale": "fr", TRACE: "own"}), life)
    for call in (first, second):
        await life.prepare(call)
    assert first.request.headers == {"device": "d", "locale": "de", TRACE: "x"}
    assert second.request.headers == {"device": "d", "locale": "fr", TRACE: "own"}
    assert repr(common) == "<CommonHeaders device, locale>"


async def test_each_call_has_a_trace_of_its_own(life):
    life.intercept(CommonHeaders({}))
    calls = [Call(TcpRequest("Ping"), life) for _ in range(2)]
    for call in calls:
        await life.prepare(call)
    assert len({call.request.headers[TRACE] for call in calls}) == 2

import asyncio
import dataclasses

import pytest

from imnb.engine.call import FINAL, TRANSITIONS, Call, CallLife, CallState
from imnb.errors import CallTimeout, ConnectionLost


@pytest.fixture
def reports():
    return []


@pytest.fixture
def life(reports):
    return CallLife(lambda name, error: reports.append((name, error)))


def run_to(call, state):
    steps = list(CallState)
    for step in steps[1 : steps.index(state) + 1]:
        call.move(step)


async def test_the_whole_life(life):
    seen = []
    life.watch(lambda call: seen.append(call.state))
    call = Call("request", life)
    run_to(call, CallState.WAITING)
    call.finish()
    assert seen == [
        CallState.CREATED,
        CallState.QUEUED,
        CallState.SENDING,
        CallState.WAITING,
        CallState.DONE,
    ]
    assert list(call.times) == seen
    assert call.error is None


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (CallTimeout("late"), CallState.TIMED_OUT),
        (TimeoutError(), CallState.TIMED_OUT),
        (asyncio.CancelledError(), CallState.CANCELLED),
        (ConnectionLost("gone"), CallState.FAILED),
    ],
)
@pytest.mark.parametrize(
    "at", [CallState.CREATED, CallState.QUEUED, CallState.SENDING, CallState.WAITING]
)
async def test_every_end_from_everywhere(life, error, state, at):
    call = Call("request", life)
    run_to(call, at)
    with pytest.raises(type(error)), call.outcome():
        raise error
    assert call.state is state
    assert call.error is error
    call.finish()
    assert call.state is state


async def test_steps_are_not_skipped(life):
    call = Call("request", life)
    with pytest.raises(RuntimeError, match="from created to waiting"):
        call.move(CallState.WAITING)
    assert all(not TRANSITIONS[state] for state in FINAL)


async def test_interceptors_change_the_request_in_order(life):
    @dataclasses.dataclass(frozen=True)
    class Request:
        text: str

    def first(call):
        call.request = Request(call.request.text + "1")

    async def second(call):
        await asyncio.sleep(0)
        call.request = Request(call.request.text + "2")

    life.intercept(first)
    remove = life.intercept(second)
    call = Call(Request("r"), life)
    await life.prepare(call)
    assert call.request.text == "r12"
    remove()
    await life.prepare(call)
    assert call.request.text == "r121"


async def test_a_watcher_that_raises_is_reported(life, reports):
    def broken(call):
        raise ValueError("bug")

    life.watch(broken)
    Call("request", life)
    assert [(name, type(error)) for name, error in reports] == [
        ("call watcher", ValueError)
    ]

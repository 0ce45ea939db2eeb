"""Waits from other threads; those inside a kernel are in tests/kernel."""

import asyncio

import pytest

from imnb.errors import SyncWaitError
from imnb.tasks import EngineLoop, TaskScope, run_sync


async def answer():
    return 42


async def fail():
    raise ValueError("no")


async def own_time_out():
    raise TimeoutError("mine")


async def test_a_thread_gets_the_result():
    loop = EngineLoop()
    assert await asyncio.to_thread(run_sync, loop, answer(), 5) == 42


@pytest.mark.parametrize(
    ("work", "error"), [(fail, ValueError), (own_time_out, TimeoutError)]
)
async def test_a_thread_gets_the_error(work, error):
    loop = EngineLoop()
    with pytest.raises(error, match=r"no|mine"):
        await asyncio.to_thread(run_sync, loop, work(), 5)


async def test_too_late_is_cancelled():
    loop = EngineLoop()
    ended = asyncio.Event()

    async def hang():
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(TimeoutError, match=r"no result within 0\.01 s"):
        await asyncio.to_thread(run_sync, loop, hang(), 0.01)
    await ended.wait()


async def test_an_engine_task_is_refused():
    loop = EngineLoop()

    async def handler():
        return run_sync(loop, answer(), 5)

    scope = TaskScope("test")
    with pytest.raises(SyncWaitError, match="use await"):
        await scope.spawn(handler(), "handler")
    scope._errors.clear()


async def test_a_callback_is_refused():
    loop = EngineLoop()
    seen = loop.loop.create_future()

    def callback():
        try:
            run_sync(loop, answer(), 5)
        except SyncWaitError as error:
            seen.set_result(error)

    loop.loop.call_soon(callback)
    assert "inside a handler" in str(await seen)


def test_a_closed_loop_is_named():
    async def make():
        return EngineLoop()

    loop = asyncio.run(make())
    with pytest.raises(SyncWaitError, match="closed"):
        run_sync(loop, answer(), 5)

"""Waits from other threads; those inside a kernel are in tests/kernel."""

import asyncio
import gc
import threading

import pytest

from imnb.errors import SyncWaitError
from imnb.tasks import EngineLoop, TaskScope, run_sync


async def answer():
    return 42


async def fail():
    raise ValueError("no")


@pytest.fixture(autouse=True)
async def _no_lost_errors():
    """What goes wrong in a task that nobody awaits goes to the loop."""
    lost = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: lost.append(context))
    yield
    await asyncio.sleep(0)
    gc.collect()
    assert lost == []


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


async def test_too_late_is_cancelled_on_the_loop():
    loop = EngineLoop()
    ended = asyncio.Event()
    places = []

    async def hang():
        try:
            await asyncio.Event().wait()
        finally:
            places.append(threading.get_ident())
            ended.set()

    with pytest.raises(TimeoutError, match=r"no result within 0\.01 s"):
        await asyncio.to_thread(run_sync, loop, hang(), 0.01)
    await ended.wait()
    assert places == [threading.get_ident()]


async def test_too_late_before_it_began_is_cancelled_too():
    loop = EngineLoop()
    began = []

    async def work():
        began.append(1)

    def wait():
        with pytest.raises(TimeoutError):
            run_sync(loop, work(), 0.01)

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join()  # the loop stands still until here
    for _ in range(3):
        await asyncio.sleep(0)
    assert began == []


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

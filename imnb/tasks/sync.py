"""Waiting for a coroutine without ``await``: for cells and scripts.

From another thread this is a plain wait. On the loop's own thread the loop runs
on inside the wait (`imnb.tasks.nesting`), so that engine, views and clicks go
on. Waits do not overlap: the outer one could not return before the inner.
"""

import asyncio
import concurrent.futures
import contextlib
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from types import FrameType
from typing import Any, TypeVar

from imnb.errors import SyncWaitError
from imnb.tasks.loop import EngineLoop
from imnb.tasks.nesting import copied_contexts, make_reentrant
from imnb.tasks.scope import in_owned_task

T = TypeVar("T")

_waiting = threading.Lock()
"""Held during a wait on the loop's thread: there is one kernel, and one stack."""


def run_sync(loop: EngineLoop, work: Coroutine[Any, Any, T], timeout: float) -> T:
    """The result of ``work``, which runs on the engine's loop.

    Args:
        loop: the engine's.
        work: started here, or closed if it cannot be.
        timeout: seconds.

    Raises:
        TimeoutError: not done in time; ``work`` was cancelled.
        KeyboardInterrupt: the kernel was interrupted; ``work`` was cancelled.
        SyncWaitError: no wait is possible here; says what to do instead.
    """
    try:
        _refuse_where_it_would_hang(loop)
        if not loop.is_here:
            return _wait_elsewhere(loop, work, timeout)
        with _one_at_a_time():
            return _wait_inside(loop.loop, work, timeout)
    except SyncWaitError:
        # Not in a ``finally``: what has started is its task's to end, on the loop.
        work.close()
        raise


def _refuse_where_it_would_hang(loop: EngineLoop) -> None:
    if loop.loop.is_closed():
        raise SyncWaitError("the loop is closed: was the kernel restarted?")
    if not loop.is_here or not loop.loop.is_running():
        return
    if asyncio.current_task() is None or in_owned_task():
        raise SyncWaitError(
            "a synchronous wait inside a handler or task of the engine would stop "
            "what it waits for: make the handler async and use await"
        )


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _waiting.acquire(blocking=False):
        raise SyncWaitError(
            "another synchronous wait is under way and would have to end after this "
            "one: use await in callbacks"
        )
    try:
        yield
    finally:
        _waiting.release()


def _wait_elsewhere(
    loop: EngineLoop, work: Coroutine[Any, Any, T], timeout: float
) -> T:
    given_up = threading.Event()

    async def start() -> T:
        if given_up.is_set():  # the loop was frozen until after the time-out
            work.close()
            raise asyncio.CancelledError
        return await work

    future = loop.call(start())
    try:
        return future.result(timeout)
    except concurrent.futures.TimeoutError:
        if future.done():  # its own time-out, not ours
            raise
        raise _too_late(timeout) from None
    finally:
        given_up.set()
        future.cancel()


def _wait_inside(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], timeout: float
) -> T:
    module = make_reentrant(loop)
    task = loop.create_task(work, name="synchronous wait")
    expired = False

    def expire() -> None:
        nonlocal expired
        expired = True
        task.cancel()

    timer = loop.call_later(timeout, expire)
    try:
        with copied_contexts(module), _interrupts(loop, task.cancel) as interrupted:
            return loop.run_until_complete(task)
    except asyncio.CancelledError:
        if interrupted:
            raise KeyboardInterrupt from None
        if expired:
            raise _too_late(timeout) from None
        raise
    finally:
        timer.cancel()
        task.cancel()


@contextlib.contextmanager
def _interrupts(
    loop: asyncio.AbstractEventLoop, cancel: Callable[[], object]
) -> Iterator[list[int]]:
    """Turn SIGINT into a cancellation, so that it is not raised in some callback.

    A second one is raised where it hits: something does not let go of the loop.
    """
    seen: list[int] = []
    is_over = False
    if threading.current_thread() is not threading.main_thread():
        yield seen
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if is_over:  # ipykernel may put this handler back after the cell
            return
        seen.append(number)
        if len(seen) > 1:
            raise KeyboardInterrupt
        loop.call_soon_threadsafe(cancel)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield seen
    finally:
        is_over = True
        signal.signal(signal.SIGINT, before)


def _too_late(timeout: float) -> TimeoutError:
    return TimeoutError(f"no result within {timeout:g} s; give a longer timeout")

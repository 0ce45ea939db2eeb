"""A few threads with a cursor each, for reading beside the writer.

Overflow rule: more than `MAX_WAITING` reads at once are refused.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from imnb.errors import ClosedError, QueryTimeout, StoreError
from imnb.store.connection import Cursor
from imnb.store.ending import forget, watch

T = TypeVar("T")

MAX_WAITING = 1_000
STOP_AGAIN = 0.05
"""An interrupt between two statements is lost, so it is repeated."""


class _Read:
    """One piece of work, its future, and the cursor it runs on."""

    def __init__(
        self, work: Callable[[Cursor], Any], future: asyncio.Future[Any]
    ) -> None:
        self.work = work
        self.future = future
        self.lock = threading.Lock()
        self.cursor: Cursor | None = None
        self.stopped_by: Exception | None = None

    def run(self, cursor: Cursor) -> object:
        with self.lock:
            if self.stopped_by is not None:
                raise self.stopped_by
            self.cursor = cursor
        try:
            return self.work(cursor)
        except Exception as error:
            if self.stopped_by is not None:
                raise self.stopped_by from error
            raise
        finally:
            with self.lock:
                self.cursor = None
            if self.stopped_by is not None:
                # an interrupt that hits a BEGIN or ROLLBACK leaves the
                # transaction open, and every later read would fail
                cursor.abandon()

    def stop(self, why: Exception) -> bool:
        """Interrupt it or keep it from beginning; whether it runs."""
        with self.lock:
            self.stopped_by = why
            if self.cursor is None:
                return False
            self.cursor.duck.interrupt()
            return True


class Readers:
    """Used and closed on one loop; the threads start with the first read."""

    def __init__(self, name: str, cursors: Sequence[Cursor]) -> None:
        self._loop = asyncio.get_running_loop()
        self._cursors = list(cursors)
        self._queue: queue.SimpleQueue[_Read | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(
                target=self._main, args=(cursor,), name=f"{name}-{i}", daemon=True
            )
            for i, cursor in enumerate(cursors)
        ]
        self._reads: set[_Read] = set()
        self._started = False
        self._closed = False
        self._running = len(self._threads)
        self._ended: asyncio.Future[None] = self._loop.create_future()

    def __repr__(self) -> str:
        return f"<Readers {len(self._threads)} threads, {len(self._reads)} reads>"

    async def run(self, work: Callable[[Cursor], T], timeout: float | None = None) -> T:
        """Run ``work`` in one of the threads.

        Cancelling, or the end of ``timeout`` seconds, interrupts its statement;
        the time that it waits for a thread counts.

        Raises:
            ClosedError: the store was closed.
            QueryTimeout: it took longer than ``timeout``.
            StoreError: too many reads wait, or the statement failed.
        """
        read = self._enqueue(work)
        alarm = None
        if timeout is not None:
            late = QueryTimeout("the query was interrupted")
            alarm = self._loop.call_later(timeout, self._halt, read, late)
        try:
            result: T = await asyncio.shield(read.future)
        except asyncio.CancelledError:
            # nobody waits for what the statement says when it is interrupted
            read.future.add_done_callback(_retrieve)
            self._halt(read, ClosedError("the read was cancelled"))
            raise
        finally:
            if alarm is not None:
                alarm.cancel()
        return result

    async def close(self, *, hurry: bool = False) -> None:
        """End the threads once the reads that were asked for have ended.

        With ``hurry`` they are interrupted and fail with `ClosedError`.
        """
        if self._closed:
            return
        self._stop()
        if hurry:
            for read in list(self._reads):
                self._halt(read, ClosedError("the store was closed"))
        if self._started:
            await asyncio.shield(self._ended)
        self.end(timeout=None)

    def end(self, timeout: float | None) -> None:
        """Interrupt what runs; also when the interpreter ends and no loop runs."""
        if not self._closed:
            self._stop()
            for cursor in self._cursors:
                cursor.duck.interrupt()
        if self._started:
            for thread in self._threads:
                thread.join(timeout)
        for cursor in self._cursors:
            cursor.duck.close()
        forget(self)

    def _stop(self) -> None:
        self._closed = True
        for _ in self._threads:
            self._queue.put(None)

    def _enqueue(self, work: Callable[[Cursor], T]) -> _Read:
        if self._closed:
            raise ClosedError("the store is closed")
        if len(self._reads) >= MAX_WAITING:
            raise StoreError(f"{len(self._reads)} reads are waiting already: slow down")
        if not self._started:
            self._started = True
            for thread in self._threads:
                thread.start()
            watch(self)
        read = _Read(work, self._loop.create_future())
        self._reads.add(read)
        self._queue.put(read)
        return read

    def _halt(self, read: _Read, why: Exception) -> None:
        if read.future.done():
            return
        if read.stop(why):
            self._loop.call_later(STOP_AGAIN, self._halt, read, why)
        else:
            _settle(read.future, None, why)

    def _main(self, cursor: Cursor) -> None:
        while (read := self._queue.get()) is not None:
            try:
                result, error = read.run(cursor), None
            except BaseException as caught:  # reported to whoever awaits run()
                result, error = None, caught
            self._post(self._over, read, result, error)
        self._post(self._thread_ended)

    def _over(self, read: _Read, result: object, error: BaseException | None) -> None:
        self._reads.discard(read)
        _settle(read.future, result, error)

    def _thread_ended(self) -> None:
        self._running -= 1
        if not self._running and not self._ended.done():
            self._ended.set_result(None)

    def _post(self, function: Callable[..., object], *args: object) -> None:
        # a loop that is closed has nobody left who could be told
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *args)


def _settle(
    future: asyncio.Future[Any], result: object, error: BaseException | None
) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)


def _retrieve(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()

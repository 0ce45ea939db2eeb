"""The one thread that writes to a file, with group commit.

It commits at once when it was idle, and what arrives meanwhile is the next group.
While rows come in bulk, a group waits some milliseconds for more: a commit costs
milliseconds, a row in a large one microseconds.

Overflow rule: there is no bound here that refuses rows. `Writer.on_pressure`
tells the producer, which stops reading from its socket; what is submitted after
that is what one read brings.
"""

import asyncio
import collections
import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from imnb.errors import ClosedError
from imnb.store.ending import forget, watch
from imnb.store.ledger import Job, Ledger
from imnb.store.transaction import Change
from imnb.tasks.killpoints import reached

T = TypeVar("T")

GROUP_ROWS = 4_000
"""A group is closed with at least this many rows; more make the loop lag."""
BULK_ROWS = 100
"""After a group as large as this one more rows are expected …"""
LINGER = 0.02
"""… so the next waits so many seconds …"""
LINGER_ROWS = 2_000
"""… or until it has so many rows."""
IDLE = 2.0
"""Seconds without a change after which a checkpoint is made."""


class Writer:
    """Made, used and closed on one loop; changes run in its thread."""

    def __init__(self, name: str, max_rows: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._max_rows = max_rows
        self._jobs: collections.deque[Job[Any]] = collections.deque()
        self._wake = threading.Condition()
        self._waiting_rows = 0
        self._last_rows = 0
        self._sleeping = False
        self._closing = False
        self._pressed = False
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._open: Callable[[], Ledger] | None = None
        self._opened: asyncio.Future[Ledger] = self._loop.create_future()
        self.pending_rows = 0
        self.on_pressure: Callable[[bool], None] | None = None
        self.on_commit: Callable[[], None] | None = None

    def __repr__(self) -> str:
        return f"<Writer {self._thread.name!r}: {self.pending_rows} rows pending>"

    async def start(self, open_ledger: Callable[[], Ledger]) -> Ledger:
        """Open the file in the thread; the thread ends when that fails."""
        self._open = open_ledger
        self._thread.start()
        watch(self)
        try:
            return await asyncio.shield(self._opened)
        except BaseException:
            await self.close()
            raise

    def submit(self, change: Change[T], rows: int = 1) -> asyncio.Future[T]:
        """Queue a change; the future is done after its COMMIT.

        Raises:
            ClosedError: the writer was closed.
        """
        if self._closing:
            raise ClosedError("the store is closed: nothing was written")
        future: asyncio.Future[T] = self._loop.create_future()
        self._count(rows)
        with self._wake:
            self._jobs.append(Job(change, rows, future))
            self._waiting_rows += rows
            # a lingering thread is woken only when its group is large enough
            if self._sleeping or self._waiting_rows >= LINGER_ROWS:
                self._wake.notify()
        return future

    async def close(self) -> None:
        """Commit what is queued, close the file, end the thread."""
        self._stop()
        await asyncio.shield(self._ended)
        self._thread.join()
        forget(self)

    def end(self, timeout: float) -> None:
        """Do the same when the interpreter ends and no loop runs."""
        self._stop()
        self._thread.join(timeout)

    def _stop(self) -> None:
        with self._wake:
            self._closing = True
            self._wake.notify()

    def _main(self) -> None:
        try:
            assert self._open is not None
            ledger = self._open()
        except BaseException as error:  # reported to whoever awaits start()
            self._post(_fail, self._opened, error)
            self._post(_succeed, self._ended, None)
            return
        self._post(_succeed, self._opened, ledger)
        try:
            while jobs := self._next_group(ledger):
                ledger.run(jobs)
                self._post(self._deliver, jobs)
        finally:
            try:
                ledger.close()
            finally:
                self._post(_succeed, self._ended, None)

    def _next_group(self, ledger: Ledger) -> list[Job[Any]]:
        """Wait for changes; none means that the writer was closed."""
        if not self._await_work(IDLE):
            ledger.checkpoint()
            self._await_work(None)
        return self._take()

    def _await_work(self, seconds: float | None) -> bool:
        with self._wake:
            if self._jobs:  # busy: these came while the last group was written
                if self._last_rows >= BULK_ROWS:
                    self._wake.wait_for(self._is_worth_it, LINGER)
                return True
            self._sleeping = True
            try:
                return self._wake.wait_for(self._has_work, seconds)
            finally:
                self._sleeping = False

    def _is_worth_it(self) -> bool:
        return self._waiting_rows >= LINGER_ROWS or self._closing

    def _has_work(self) -> bool:
        return bool(self._jobs) or self._closing

    def _take(self) -> list[Job[Any]]:
        group: list[Job[Any]] = []
        rows = 0
        with self._wake:
            while self._jobs and rows < GROUP_ROWS:
                job = self._jobs.popleft()
                group.append(job)
                rows += job.rows
            self._waiting_rows -= rows
        self._last_rows = rows
        return group

    def _post(self, function: Callable[..., object], *args: object) -> None:
        # a loop that is closed has nobody left who could be told
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *args)

    def _deliver(self, jobs: list[Job[Any]]) -> None:
        reached("writer.before_telling")
        self._count(-sum(job.rows for job in jobs))
        for job in jobs:
            if job.error is not None:
                _fail(job.receipt, job.error)
            else:
                _succeed(job.receipt, job.result)
        if self.on_commit is not None:
            self.on_commit()
        reached("writer.after_telling")

    def _count(self, rows: int) -> None:
        self.pending_rows += rows
        pressed = self.pending_rows > self._max_rows // (2 if self._pressed else 1)
        if pressed != self._pressed:
            self._pressed = pressed
            if self.on_pressure is not None:
                self.on_pressure(pressed)


def _succeed(future: asyncio.Future[Any], result: object) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)

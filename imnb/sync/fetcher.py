"""Fetching things by key, in batches, whoever asked and by whatever way.

A fetch is *active* when somebody waits for the value (`Fetcher.get`), and
*notified* when the server or the store said that something should be looked at
(`Fetcher.notify`). What is fetched, and over TCP or HTTP, is the callable's.
"""

import asyncio
import enum
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, Protocol, TypeVar

from imnb.errors import CallError, ClosedError, ConnectionLost, GatewayError
from imnb.sync.queue import CoalescingQueue
from imnb.tasks import TaskScope

K = TypeVar("K")
V = TypeVar("V")

Fetch = Callable[[list[K]], Awaitable[Mapping[K, V]]]
PASSING = (CallError, ConnectionLost, GatewayError)
"""Errors after which a notified fetch is tried again on the next connection."""


class FetchState(enum.StrEnum):
    """What a fetcher is doing."""

    IDLE = "idle"
    WAITING = "waiting"
    """For the timer."""
    RUNNING = "running"
    CLOSED = "closed"


class Fetching(Protocol):
    """Anything that brings something from the server, as far as it can be watched."""

    @property
    def state(self) -> FetchState:
        """What it is doing."""


class Fetcher(Generic[K, V]):
    """Runs one batch at a time.

    Architecture name: ``IMDataFetcher``.

    Args:
        name: for tasks and reports.
        fetch: gets keys, gives what there is of them; absent ones have no value.
        interval: seconds between the beginnings of two batches.
    """

    def __init__(
        self,
        name: str,
        fetch: Fetch[K, V],
        *,
        scope: TaskScope,
        clock: Callable[[], float],
        interval: float = 0.2,
        max_batch: int = 100,
    ) -> None:
        self._name = name
        self._fetch = fetch
        self._scope = scope
        self._clock = clock
        self._queue: CoalescingQueue[K]
        self._queue = CoalescingQueue(interval=interval, max_batch=max_batch)
        self._waiters: dict[K, list[asyncio.Future[V | None]]] = {}
        self._served: dict[K, list[asyncio.Future[V | None]]] = {}
        self._failed: dict[K, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False

    def __repr__(self) -> str:
        return f"<Fetcher {self._name} {self.state}, {self._queue!r}>"

    @property
    def state(self) -> FetchState:
        """What it is doing."""
        if self._is_closed:
            return FetchState.CLOSED
        if self._queue.is_busy:
            return FetchState.RUNNING
        return FetchState.WAITING if len(self._queue) else FetchState.IDLE

    async def get(self, key: K, *, force: bool = False) -> V | None:
        """Fetch and wait; None when there is no such thing.

        Args:
            key: of what is wanted.
            force: an answer that was asked for before now will not do.

        Raises:
            TooManyCalls: too many keys wait.
            ClosedError: the fetcher was closed.
            ImnbError: whatever fetching raised.
        """
        self._require_open()
        future: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        is_served = not self._queue.want(key, force=force) and (
            self._queue.is_running(key) and not force
        )
        place = self._served if is_served else self._waiters
        place.setdefault(key, []).append(future)
        self._advance()
        try:
            return await future
        finally:
            self._forget(key, future)

    def notify(self, key: K, version: int = 0, *, force: bool = False) -> None:
        """Fetch ``key`` soon, unless it was, at that version or later.

        With ``force`` what was fetched before now does not count.

        Raises:
            TooManyCalls: too many keys wait.
            ClosedError: the fetcher was closed.
        """
        self._require_open()
        if self._queue.want(key, version, force=force):
            self._advance()

    def retry(self) -> None:
        """There is a connection again: fetch what was notified and failed."""
        failed, self._failed = self._failed, {}
        for key in failed:
            self._queue.want(key)
        self._advance()

    def close(self) -> None:
        """Start nothing more; who waits is told. Running tasks are the scope's."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._served = self._all_waiters()
        self._settle(list(self._served), {}, ClosedError(f"{self._name} is closed"))

    def _require_open(self) -> None:
        if self._is_closed:
            raise ClosedError(f"{self._name} is closed")

    def _advance(self) -> None:
        """Run now, set the timer, or leave it to the end of the batch."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._queue.due(self._clock())
        # The engine, whose scope it is, is closed before its fetchers are.
        if due is None or self._is_closed or self._scope.is_closed:
            return
        if due > 0:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(due, self._advance)
            return
        keys = self._queue.take(self._clock())
        self._served = {key: self._waiters.pop(key, []) for key in keys}
        self._scope.spawn(self._run(keys), self._name)

    async def _run(self, keys: list[K]) -> None:
        try:
            values = await self._fetch(keys)
        except asyncio.CancelledError:
            self._queue.failed()
            raise
        except Exception as error:
            self._queue.failed()
            self._set_aside(keys, error)
            self._settle(keys, {}, error)
        else:
            self._queue.done()
            self._settle(keys, values, None)
        self._advance()

    def _set_aside(self, keys: list[K], error: Exception) -> None:
        notified = [key for key in keys if not self._served.get(key)]
        if isinstance(error, PASSING):
            self._failed.update(dict.fromkeys(notified, 0))
        elif notified:
            self._scope.report(self._name, error)

    def _settle(
        self, keys: list[K], values: Mapping[K, V], error: Exception | None
    ) -> None:
        for key in keys:
            for future in self._served.pop(key, ()):
                if future.done():
                    continue
                if error is None:
                    future.set_result(values.get(key))
                else:
                    future.set_exception(error)

    def _all_waiters(self) -> dict[K, list[asyncio.Future[V | None]]]:
        waiters, self._waiters = self._waiters, {}
        for key, futures in self._served.items():
            waiters.setdefault(key, []).extend(futures)
        return waiters

    def _forget(self, key: K, future: asyncio.Future[V | None]) -> None:
        for place in (self._waiters, self._served):
            waiting = place.get(key)
            if waiting is not None and future in waiting:
                waiting.remove(future)
                if not waiting:
                    del place[key]

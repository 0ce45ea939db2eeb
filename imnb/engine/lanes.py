"""Handlers side by side, in order within a lane.

A lane is whatever must keep its order: one subscriber's messages of one
conversation, say. Up to `CONCURRENCY` lanes run at once; a slow or failing
handler delays its own lane only, and one that waits for too long is cut off.
A subscriber has `LANES_LIMIT` lanes; what is for others then goes into one that
they share until it is empty, so that order is kept still.

Overflow rule: `LANE_LIMIT` messages wait in a lane and `TOTAL_LIMIT` in all. For
one too many, all that waits in this lane is replaced by one `Missed`; when all
lanes together are full, all that waits for the subscriber with the most. The
subscriber's ``behind`` gets it in its turn, then what came later. Nothing goes
in silence: it is counted, and reported where there is no ``behind``. The store
is fed apart from this and never loses an event: it is read again for those.
"""

import asyncio
import collections
import dataclasses
import inspect
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from imnb.engine.patience import patience
from imnb.errors import ImnbError
from imnb.tasks import TaskScope

CONCURRENCY = 16
LANES_LIMIT = 1_000
"""Of one subscriber, whose function may well give each message its own."""
LANE_LIMIT = 1_000
TOTAL_LIMIT = 10_000
BATCH = 32
"""Messages handled before others have a turn."""

Handler = Callable[[Any], Awaitable[None] | None]


@dataclasses.dataclass(frozen=True, slots=True)
class Missed:
    """In place of messages for which a handler was too slow.

    Attributes:
        count: how many.
        lane: which lane's; None for all lanes of the subscriber, for the one that
            is shared, and where it has only one.
    """

    count: int
    lane: Hashable


@dataclasses.dataclass(slots=True, eq=False)
class Subscriber:
    """Whose messages they are.

    Attributes:
        name: for reports.
        behind: gets a `Missed` when messages found no room.
        waiting: its messages in all lanes.
        lanes: how many of them there are.
    """

    name: str
    handler: Handler
    behind: Handler | None = None
    waiting: int = 0
    lanes: int = 0


@dataclasses.dataclass(slots=True)
class _Lane:
    waiting: collections.deque[Any]
    is_running: bool = False

    def clear(self) -> tuple[int, int]:
        """Take all out: how many messages, and how many were missed before."""
        missed = [one.count for one in self.waiting if isinstance(one, Missed)]
        count = len(self.waiting) - len(missed)
        self.waiting.clear()
        return count, sum(missed)


_Place = tuple[Subscriber, Hashable]
_SHARED = object()
"""The key of the lane of those who cannot have one of their own."""


class Lanes:
    """Queues of messages for handlers, and the tasks that empty them.

    Attributes:
        dropped: messages that found no room.
        cut_off: handlers that took too long.
    """

    def __init__(self, scope: TaskScope, timeout: float) -> None:
        self.dropped = 0
        self.cut_off = 0
        self._scope = scope
        self._timeout = timeout
        self._lanes: dict[_Place, _Lane] = {}
        self._ready: collections.deque[_Place] = collections.deque()
        self._workers = 0
        self._waiting = 0

    def __repr__(self) -> str:
        return f"<Lanes: {len(self._lanes)} with {self._waiting} messages>"

    def post(self, subscriber: Subscriber, key: Hashable, item: Any) -> None:
        """Have ``item`` handled after all that is in the lane already."""
        key = self._lane_of(subscriber, key)
        lane = self._lanes.get((subscriber, key))
        if lane is not None and len(lane.waiting) >= LANE_LIMIT:
            self._give_up(subscriber, key, [(subscriber, key)])
        elif self._waiting >= TOTAL_LIMIT:
            most = max({one for one, _ in self._lanes}, key=lambda one: one.waiting)
            self._give_up(most, None, [at for at in self._lanes if at[0] is most])
        self._append((subscriber, key), item)

    def _lane_of(self, subscriber: Subscriber, key: Hashable) -> Hashable:
        """Its own, or the shared one: what waits there already goes first."""
        if (subscriber, key) in self._lanes:
            return key
        is_full = subscriber.lanes >= LANES_LIMIT
        return _SHARED if is_full or (subscriber, _SHARED) in self._lanes else key

    def _append(self, at: _Place, item: Any) -> None:
        lane = self._lanes.get(at)
        if lane is None:
            lane = self._lanes[at] = _Lane(collections.deque())
            at[0].lanes += 1
            self._ready.append(at)
            self._ensure_worker()
        lane.waiting.append(item)
        at[0].waiting += 1
        self._waiting += 1

    def _give_up(
        self, subscriber: Subscriber, key: Hashable, places: list[_Place]
    ) -> None:
        """Replace what waits there by one `Missed` in the lane ``key``."""
        dropped, earlier = 0, 0
        for at in places:
            lane = self._lanes[at]
            self._took(subscriber, len(lane.waiting))
            count, missed = lane.clear()
            dropped, earlier = dropped + count, earlier + missed
            if not lane.is_running and at[1] != key:
                self._remove(at)
        self._ready = collections.deque(at for at in self._ready if at in self._lanes)
        told = None if key is _SHARED else key
        self._append((subscriber, key), Missed(dropped + earlier, told))
        self.dropped += dropped
        if not earlier and subscriber.behind is None:
            text = f"too slow: {dropped} messages dropped; give behind=... to be told"
            self._scope.report(f"handler of {subscriber.name}", ImnbError(text))

    def _remove(self, at: _Place) -> None:
        del self._lanes[at]
        at[0].lanes -= 1

    def _took(self, subscriber: Subscriber, count: int) -> None:
        subscriber.waiting -= count
        self._waiting -= count

    def _ensure_worker(self) -> None:
        """One for each lane that is ready: others may be busy for long."""
        if self._workers < CONCURRENCY:
            self._workers += 1
            self._scope.spawn(self._work(), "lane")

    async def _work(self) -> None:
        try:
            while self._ready:
                at = self._ready.popleft()
                lane = self._lanes[at]
                lane.is_running = True
                await self._run(at[0], lane)
                lane.is_running = False
                if lane.waiting:
                    self._ready.append(at)
                else:
                    self._remove(at)
                await asyncio.sleep(0)
        finally:
            self._workers -= 1

    async def _run(self, subscriber: Subscriber, lane: _Lane) -> None:
        for _ in range(BATCH):
            if not lane.waiting:
                return
            item = lane.waiting.popleft()
            self._took(subscriber, 1)
            try:
                await self._handle(subscriber, item)
            except asyncio.CancelledError as error:
                if _is_being_cancelled():
                    raise
                self._scope.report(f"handler of {subscriber.name}", error)
            except Exception as error:
                self._scope.report(f"handler of {subscriber.name}", error)

    async def _handle(self, subscriber: Subscriber, item: Any) -> None:
        is_message = not isinstance(item, Missed)
        handler = subscriber.handler if is_message else subscriber.behind
        result = None if handler is None else handler(item)
        if result is None or not inspect.isawaitable(result):
            return
        failure: Exception | None = None
        try:
            async with patience(self._timeout):
                try:
                    await result
                except Exception as error:  # its own, perhaps a TimeoutError too
                    failure = error
        except TimeoutError:
            self.cut_off += 1
            text = f"cut off: it took longer than {self._timeout:g} s"
            failure = ImnbError(text)
        if failure is not None:
            raise failure


def _is_being_cancelled() -> bool:
    """Somebody ends this task; else what it waited for was cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0

"""Handlers side by side, in order within a lane.

A lane is whatever must keep its order: one subscription's messages of one
conversation, say. Up to `CONCURRENCY` lanes run at once; a slow or failing
handler delays its own lane only.

Bounds: `LANE_LIMIT` messages wait in a lane and `TOTAL_LIMIT` in all. One too
many is dropped, the newest, and reported once until that lane, or half of all,
has emptied: the store, which is fed apart from this, has it.
"""

import asyncio
import collections
import dataclasses
import inspect
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from imnb.errors import ImnbError
from imnb.tasks import TaskScope

CONCURRENCY = 16
LANE_LIMIT = 1_000
TOTAL_LIMIT = 10_000
BATCH = 32
"""Messages handled before others have a turn."""

Handler = Callable[[Any], Awaitable[None] | None]


@dataclasses.dataclass(slots=True)
class _Lane:
    name: str
    waiting: collections.deque[tuple[Handler, Any]]
    has_overflown: bool = False


class Lanes:
    """Queues of messages for handlers, and the tasks that empty them.

    Attributes:
        dropped: messages that found no room.
    """

    def __init__(self, scope: TaskScope) -> None:
        self.dropped = 0
        self._scope = scope
        self._lanes: dict[Hashable, _Lane] = {}
        self._ready: collections.deque[Hashable] = collections.deque()
        self._workers = 0
        self._waiting = 0
        self._has_overflown = False

    def __repr__(self) -> str:
        return f"<Lanes: {len(self._lanes)} with {self._waiting} messages>"

    def post(self, key: Hashable, name: str, handler: Handler, item: Any) -> None:
        """Have ``handler`` called after all that is in the lane already."""
        lane = self._lanes.get(key)
        if self._waiting >= TOTAL_LIMIT:
            self._drop(name, self._waiting, is_told=self._has_overflown)
            self._has_overflown = True
            return
        if lane is None:
            lane = self._lanes[key] = _Lane(name, collections.deque())
            self._ready.append(key)
            self._ensure_worker()
        if len(lane.waiting) >= LANE_LIMIT:
            self._drop(name, len(lane.waiting), is_told=lane.has_overflown)
            lane.has_overflown = True
            return
        lane.waiting.append((handler, item))
        self._waiting += 1

    def _ensure_worker(self) -> None:
        """One for each lane that is ready: others may be busy for long."""
        if self._workers < CONCURRENCY:
            self._workers += 1
            self._scope.spawn(self._work(), "lane")

    async def _work(self) -> None:
        try:
            while self._ready:
                key = self._ready.popleft()
                lane = self._lanes[key]
                await self._run(lane)
                if lane.waiting:
                    self._ready.append(key)
                else:
                    del self._lanes[key]
                await asyncio.sleep(0)
        finally:
            self._workers -= 1

    async def _run(self, lane: _Lane) -> None:
        for _ in range(BATCH):
            if not lane.waiting:
                return
            handler, item = lane.waiting.popleft()
            self._waiting -= 1
            if self._waiting <= TOTAL_LIMIT // 2:
                self._has_overflown = False
            try:
                result = handler(item)
                if inspect.isawaitable(result):
                    await result
            except asyncio.CancelledError as error:
                if _is_being_cancelled():
                    raise
                self._scope.report(f"handler of {lane.name}", error)
            except Exception as error:
                self._scope.report(f"handler of {lane.name}", error)

    def _drop(self, name: str, waiting: int, *, is_told: bool) -> None:
        self.dropped += 1
        if not is_told:
            self._scope.report(
                f"handler of {name}",
                ImnbError(
                    f"{waiting} messages wait for slow handlers: "
                    "newer ones are dropped until they have caught up"
                ),
            )


def _is_being_cancelled() -> bool:
    """Somebody ends this task; else what it waited for was cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0

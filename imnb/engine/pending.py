"""Ask ids and who waits for their replies. Pure: times are passed in.

Deadlines are swept together: `expire` looks at the table only when the earliest
of them can have passed, so a call costs one dict entry and no timer.
"""

import dataclasses
import math
from typing import Generic, TypeVar

from imnb.errors import TooManyCalls

T = TypeVar("T")


class AskIds:
    """Numbers of one connection's questions: unsigned 64 bit, never 0."""

    def __init__(self) -> None:
        self.last = 0

    def take(self) -> int:
        """The next number; 64 bits are not used up."""
        self.last += 1
        return self.last


@dataclasses.dataclass(slots=True)
class Entry(Generic[T]):
    """Somebody who waits.

    Attributes:
        timeout: seconds; a stream's deadline is renewed by it at each reply.
    """

    waiter: T
    timeout: float
    deadline: float


class PendingTable(Generic[T]):
    """What was asked on one connection and not answered yet.

    Attributes:
        late: replies to questions that had been given up.
        unknown: replies to questions that were never asked.
    """

    def __init__(self, ids: AskIds, limit: int) -> None:
        self.late = 0
        self.unknown = 0
        self._ids = ids
        self._limit = limit
        self._entries: dict[int, Entry[T]] = {}
        self._earliest = math.inf

    def __repr__(self) -> str:
        return f"<PendingTable: {len(self)} waiting, {self.late} late>"

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, waiter: T, timeout: float, now: float) -> int:
        """The ask id under which ``waiter`` is kept.

        Raises:
            TooManyCalls: as many as allowed are waiting already.
        """
        if len(self._entries) >= self._limit:
            raise TooManyCalls(
                f"{len(self)} calls wait for replies, that is the limit: "
                "wait for some before asking more"
            )
        ask_id = self._ids.take()
        deadline = now + timeout
        self._entries[ask_id] = Entry(waiter, timeout, deadline)
        self._earliest = min(self._earliest, deadline)
        return ask_id

    def answer(self, ask_id: int, more: bool, now: float) -> T | None:
        """Who a reply is for; unless ``more`` follow, the entry is gone."""
        entry = self._entries.get(ask_id)
        if entry is None:
            self._count_stray(ask_id)
            return None
        if more:
            entry.deadline = now + entry.timeout
        else:
            del self._entries[ask_id]
        return entry.waiter

    def remove(self, ask_id: int) -> None:
        """Give up; a reply that still comes is late."""
        self._entries.pop(ask_id, None)

    def expire(self, now: float) -> list[Entry[T]]:
        """Take out those whose time is over."""
        if now < self._earliest:
            return []
        over = [key for key, entry in self._entries.items() if entry.deadline <= now]
        expired = [self._entries.pop(key) for key in over]
        left = (entry.deadline for entry in self._entries.values())
        self._earliest = min(left, default=math.inf)
        return expired

    def clear(self) -> list[T]:
        """Take out all."""
        waiters = [entry.waiter for entry in self._entries.values()]
        self._entries.clear()
        self._earliest = math.inf
        return waiters

    def _count_stray(self, ask_id: int) -> None:
        if 0 < ask_id <= self._ids.last:
            self.late += 1
        else:
            self.unknown += 1

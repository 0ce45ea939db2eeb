"""Ask ids and who waits for their replies. Pure: times are passed in.

Deadlines are swept together: `expire` looks at the table only when the earliest
of them can have passed, so a call costs one dict entry and no timer.
"""

import dataclasses
import math
from collections.abc import Iterable
from typing import Generic, TypeVar

from imnb.errors import ConfigError, TooManyCalls

T = TypeVar("T")

WIDE = 64
"""Bits of an ask id that are not used up."""
REST = 120.0
"""Seconds for which a narrow id rests after it was given up: its reply may come."""
MAX_REMEMBERED = 10_000
"""Wide ids that were given up and whose late replies are told from doubled ones."""


class AskIds:
    """Numbers of one connection's questions, never 0.

    Wide ones never come again. Those of a protocol with narrower ids come round:
    reserved ones, those in use and those given up a short while ago are skipped.
    """

    def __init__(self, width: int = WIDE, reserved: Iterable[int] = ()) -> None:
        if not 1 < width <= WIDE:
            raise ConfigError(f"ask ids of {width} bits: 2 to {WIDE} are possible")
        self.last = 0
        self._top = (1 << width) - 1
        self._is_narrow = width < WIDE
        self._reserved = frozenset(reserved)
        self._in_use: set[int] = set()
        self._given_up: dict[int, float] = {}

    def __repr__(self) -> str:
        return f"<AskIds up to {self._top}, the last was {self.last}>"

    def take(self, now: float = 0.0) -> int:
        """A number that no reply can be on its way to.

        Raises:
            TooManyCalls: there is none at present.
        """
        if not self._is_narrow:
            self.last += 1
            while self.last in self._reserved:
                self.last += 1
            return self.last
        self._wake_rested(now)
        for _ in range(self._top):
            self.last = self.last % self._top + 1
            if self._is_free(self.last):
                self._in_use.add(self.last)
                return self.last
        raise TooManyCalls(
            f"all {self._top} ask ids are in use, or were given up less than "
            f"{REST:g} s ago: wait for some replies before asking more"
        )

    def done(self, ask_id: int) -> None:
        """No reply will come any more."""
        self._in_use.discard(ask_id)

    def give_up(self, ask_id: int, now: float) -> None:
        """Nobody waits any more, but a reply may come."""
        self._in_use.discard(ask_id)
        self._given_up[ask_id] = now
        if not self._is_narrow and len(self._given_up) > MAX_REMEMBERED:
            del self._given_up[next(iter(self._given_up))]

    def was_given_up(self, ask_id: int) -> bool:
        """It was, and not too long ago."""
        return ask_id in self._given_up

    def was_taken(self, ask_id: int) -> bool:
        """It stood for a question at some time, as far as can be told."""
        return 0 < ask_id <= self.last

    def _is_free(self, ask_id: int) -> bool:
        return not (
            ask_id in self._in_use
            or ask_id in self._given_up
            or ask_id in self._reserved
        )

    def _wake_rested(self, now: float) -> None:
        given_up = self._given_up
        while given_up:
            oldest = next(iter(given_up))
            if now - given_up[oldest] < REST:
                return
            del given_up[oldest]


@dataclasses.dataclass(slots=True)
class Strays:
    """Replies that nobody waited for.

    Attributes:
        late: to questions that had been given up.
        doubled: to questions that had been answered.
        unknown: to questions that were never asked.
    """

    late: int = 0
    doubled: int = 0
    unknown: int = 0


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
        strays: counts of the replies that were for nobody.
    """

    def __init__(self, ids: AskIds, limit: int, strays: Strays | None = None) -> None:
        self.strays = strays or Strays()
        self._ids = ids
        self._limit = limit
        self._entries: dict[int, Entry[T]] = {}
        self._earliest = math.inf
        self._now = 0.0

    def __repr__(self) -> str:
        return f"<PendingTable: {len(self)} waiting, {self.strays.late} late>"

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
        self._now = now
        ask_id = self._ids.take(now)
        deadline = now + timeout
        self._entries[ask_id] = Entry(waiter, timeout, deadline)
        self._earliest = min(self._earliest, deadline)
        return ask_id

    def answer(self, ask_id: int, more: bool, now: float) -> T | None:
        """Who a reply is for; unless ``more`` follow, the entry is gone."""
        self._now = now
        entry = self._entries.get(ask_id)
        if entry is None:
            self._count_stray(ask_id)
            return None
        if more:
            entry.deadline = now + entry.timeout
        else:
            del self._entries[ask_id]
            self._ids.done(ask_id)
        return entry.waiter

    def remove(self, ask_id: int) -> None:
        """Give up; a reply that still comes is late."""
        if self._entries.pop(ask_id, None) is not None:
            self._ids.give_up(ask_id, self._now)

    def unask(self, ask_id: int) -> None:
        """The question was not sent after all."""
        if self._entries.pop(ask_id, None) is not None:
            self._ids.done(ask_id)

    def expire(self, now: float) -> list[Entry[T]]:
        """Take out those whose time is over."""
        self._now = now
        if now < self._earliest:
            return []
        over = [key for key, entry in self._entries.items() if entry.deadline <= now]
        expired = [self._entries.pop(key) for key in over]
        for key in over:
            self._ids.give_up(key, now)
        left = (entry.deadline for entry in self._entries.values())
        self._earliest = min(left, default=math.inf)
        return expired

    def clear(self) -> list[T]:
        """Take out all, at the end of the connection."""
        waiters = [entry.waiter for entry in self._entries.values()]
        self._entries.clear()
        self._earliest = math.inf
        return waiters

    def _count_stray(self, ask_id: int) -> None:
        if self._ids.was_given_up(ask_id):
            self.strays.late += 1
        elif self._ids.was_taken(ask_id):
            self.strays.doubled += 1
        else:
            self.strays.unknown += 1

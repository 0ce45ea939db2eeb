"""Which events may be applied now: the position in an account's event feed.

Pure: events in, events to apply out, the time is passed in. An event is applied
when it continues the position. What comes early waits for what is missing, for
a short time and within a bound; then a pull is wanted. Events at or below the
position are duplicates and are dropped. A push that says ``behind`` wants a
pull at once. While it is held, during a reset, everything waits.

Bound: at most ``limit`` events wait. One more drops all that wait, because a
pull brings them anyway.
"""

import math
from collections.abc import Sequence
from typing import Generic, TypeVar

E = TypeVar("E")

NOW = -math.inf
"""A pull is wanted without waiting."""


class EventCursor(Generic[E]):
    """Holds a position and the events that came too early.

    Attributes:
        position: the last event that was given out to be applied.
        head: the newest event that is known to exist.
        dropped: duplicates so far.
    """

    def __init__(self, position: int = 0, *, limit: int, patience: float) -> None:
        self.position = position
        self.head = position
        self.dropped = 0
        self._limit = limit
        self._patience = patience
        self._early: dict[int, Sequence[E]] = {}
        self._waiting = 0
        self._pull_at: float | None = None
        self._is_held = False

    def __repr__(self) -> str:
        return f"<EventCursor at {self.position} of {self.head}, {self._waiting} early>"

    @property
    def behind(self) -> int:
        """How many events are known to exist and were not applied."""
        return max(self.head - self.position, 0)

    @property
    def waiting(self) -> int:
        """How many events came early."""
        return self._waiting

    @property
    def pull_at(self) -> float | None:
        """When to pull, `NOW` for at once; None while nothing is missing."""
        return None if self._is_held else self._pull_at

    def advance(self, event_seq: int) -> bool:
        """`offer` for the usual case: one event, which continues the position."""
        if event_seq != self.position + 1 or self._pull_at is not None or self._is_held:
            return False
        self.position = event_seq
        if event_seq > self.head:
            self.head = event_seq
        return True

    def offer(self, first: int, events: Sequence[E], now: float) -> Sequence[E]:
        """What may be applied now that ``events`` came, numbered from ``first``."""
        if first == self.position + 1 and self._pull_at is None and not self._is_held:
            self.position += len(events)
            if self.position > self.head:
                self.head = self.position
            return events
        return self._offer_slowly(first, events, now)

    def told(self, head: int, *, is_behind: bool = False) -> None:
        """The server's newest event is ``head``; it may have dropped some for us."""
        self.head = max(self.head, head)
        if is_behind and self.head > self.position:
            self._pull_at = NOW

    def pulled(self, now: float) -> None:
        """A pull has ended: ask again only for what stays missing."""
        self._pull_at = now + self._patience if self._early else None

    def hold(self) -> None:
        """Keep what comes and apply nothing, until `restart`."""
        self._is_held = True

    def restart(self, position: int, now: float) -> Sequence[E]:
        """Go on behind ``position``; gives what came meanwhile and fits."""
        self._is_held = False
        missed = self._pull_at == NOW
        self.position = position
        self.head = position
        for first, events in self._early.items():
            self.head = max(self.head, first + len(events) - 1)
        ready = self._drain(now, has_moved=False)
        if missed:
            # Too much came meanwhile and was dropped.
            self._pull_at = NOW
        return ready

    def forget(self) -> None:
        """The connection is gone: what came early is asked for on the next one."""
        self._drop_early()
        self._pull_at = None

    def _offer_slowly(self, first: int, events: Sequence[E], now: float) -> Sequence[E]:
        self.head = max(self.head, first + len(events) - 1)
        if self._is_held or first > self.position + 1:
            self._keep(first, events, now)
            return ()
        ready = self._continue(first, events)
        return [*ready, *self._drain(now, has_moved=bool(ready))]

    def _continue(self, first: int, events: Sequence[E]) -> Sequence[E]:
        """Those of ``events`` that are above the position; it moves."""
        known = min(self.position + 1 - first, len(events))
        self.dropped += known
        self.position += len(events) - known
        return events[known:]

    def _keep(self, first: int, events: Sequence[E], now: float) -> None:
        there = self._early.get(first, ())
        if len(there) >= len(events):
            self.dropped += len(events)
            return
        self._early[first] = events
        self._waiting += len(events) - len(there)
        if self._waiting > self._limit:
            self._drop_early()
            self._pull_at = NOW
        elif self._pull_at is None and not self._is_held:
            self._pull_at = now + self._patience

    def _drain(self, now: float, *, has_moved: bool) -> Sequence[E]:
        """Early events that fit now."""
        ready: list[E] = []
        for first in sorted(self._early):
            if first > self.position + 1:
                break
            events = self._early.pop(first)
            self._waiting -= len(events)
            ready += self._continue(first, events)
        self._look_for_gap(has_moved or bool(ready), now)
        return ready

    def _look_for_gap(self, has_moved: bool, now: float) -> None:
        if self._pull_at == NOW and self.position < self.head:
            return
        if not self._early:
            self._pull_at = None
        elif has_moved or self._pull_at is None:
            # Another gap than before: it gets its own time.
            self._pull_at = now + self._patience

    def _drop_early(self) -> None:
        self._early.clear()
        self._waiting = 0

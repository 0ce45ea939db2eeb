"""One direction of one connection: what goes in comes out later, changed, or never.

Pure: the time is passed in. Bound: `MAX_HELD` bytes are kept back; beyond that the
connection is cut, as a network does that gives up.
"""

import collections
import enum
import random

from imnb.faults.fault import (
    Cut,
    Delay,
    Direction,
    Flip,
    FrameFault,
    HalfClose,
    Join,
    Moment,
    SegmentFault,
    Silence,
    Split,
    Stall,
)
from imnb.faults.frames import Frames
from imnb.faults.plan import Plan

MAX_HELD = 16 << 20


class End(enum.Enum):
    """Nothing comes behind it."""

    CUT = "cut"
    HALF_CLOSED = "half closed"
    CLOSED = "closed"


Step = bytes | End


class _Item:
    """What comes out at a time; more may join it until then."""

    __slots__ = ("due", "is_joining", "step")

    def __init__(self, due: float, step: Step, is_joining: bool = False) -> None:
        self.due = due
        self.step = step
        self.is_joining = is_joining


class Way:
    """A line of bytes; see the module."""

    def __init__(self, plan: Plan, connection: int, direction: Direction) -> None:
        self._plan = plan
        self._where = connection, direction
        self._dice = plan.dice(connection, direction)
        self._frames = (
            Frames(plan, connection, direction, self._dice)
            if plan.has(FrameFault)
            else None
        )
        self._line: collections.deque[_Item] = collections.deque()
        self._number = self._offset = 0
        self._is_over = False

    def __repr__(self) -> str:
        return f"<Way {self._where}, {self.held} bytes held>"

    @property
    def due(self) -> float | None:
        """When `take` has something, as far as is known."""
        times = [item.due for item in self._line][:1]
        if self._frames is not None and self._frames.due is not None:
            times.append(self._frames.due)
        return min(times, default=None)

    @property
    def held(self) -> int:
        """Bytes that have not come out."""
        late = self._frames.held if self._frames is not None else 0
        return late + sum(
            len(item.step) for item in self._line if isinstance(item.step, bytes)
        )

    def feed(self, data: bytes, now: float) -> None:
        """These bytes go in."""
        parts = [data] if self._frames is None else self._frames.feed(data, now)
        for part in parts:
            if part and not self._is_over:
                self._segment(part, now)
        if self.held > MAX_HELD:
            self._cut(now)

    def end(self, now: float) -> None:
        """An orderly end goes in."""
        if not self._is_over:
            self._is_over = True
            self._append(now, End.CLOSED)

    def take(self, now: float) -> Step | None:
        """The next that comes out, if any is due."""
        if self._frames is not None and not self._is_over:
            for data in self._frames.late(now):
                self._append(now, data)
        if self._line and self._line[0].due <= now:
            return self._line.popleft().step
        return None

    def release(self, now: float) -> None:
        """Nothing is held any longer."""
        if self._frames is not None and not self._is_over:
            for data in self._frames.rest():
                self._append(now, data)
        for item in self._line:
            item.due = now

    def _segment(self, data: bytes, now: float) -> None:
        self._number += 1
        moment = Moment(*self._where, self._number, self._offset, data, now)
        self._offset += len(data)
        later, size, gap, wait = 0.0, len(data), 0.0, None
        for fault in self._plan.happening(SegmentFault, moment, self._dice):
            match fault:
                case Cut():
                    return self._cut(now)
                case HalfClose():
                    self._is_over = True
                    return self._append(now, End.HALF_CLOSED)
                case Silence():
                    self._is_over = True
                    return None
                case Stall(seconds=seconds):
                    later += seconds
                case Delay(seconds=seconds, jitter=jitter):
                    later += seconds + jitter * self._dice.random()
                case Split():
                    size, gap = min(size, max(fault.size, 1)), fault.gap
                case Join():
                    wait = fault.wait
                case Flip(bits=bits):
                    data = _flipped(data, bits, self._dice)
        if wait is not None:
            return self._append(now + later + wait, data, is_joining=True)
        for start in range(0, len(data), size):
            self._append(now + later, data[start : start + size])
            later += gap
        return None

    def _append(self, due: float, step: Step, is_joining: bool = False) -> None:
        last = self._line[-1] if self._line else None
        if last is not None:
            if last.is_joining and isinstance(step, bytes):
                assert isinstance(last.step, bytes)
                last.step += step
                return
            due = max(due, last.due)
        self._line.append(_Item(due, step, is_joining))

    def _cut(self, now: float) -> None:
        self._line.clear()
        self._is_over = True
        self._append(now, End.CUT)


def _flipped(data: bytes, bits: int, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for place in dice.sample(range(len(data) * 8), min(bits, len(data) * 8)):
        changed[place // 8] ^= 1 << place % 8
    return bytes(changed)

"""Faults of whole frames; what is left of them goes on as bytes. Pure."""

import heapq
import random

from imnb.config import Limits
from imnb.errors import FrameError
from imnb.faults.fault import (
    DelayFrame,
    Direction,
    DoubleFrame,
    DropFrame,
    FrameFault,
    Moment,
    SwapFrame,
)
from imnb.faults.plan import Plan
from imnb.wire.frame import FrameDecoder

_ANY_SIZE = Limits(max_body=1 << 31)


class Frames:
    """One direction of one connection. What is no frame passes as it is."""

    def __init__(
        self, plan: Plan, connection: int, direction: Direction, dice: random.Random
    ) -> None:
        self._plan = plan
        self._where = connection, direction
        self._dice = dice
        self._decoder = FrameDecoder(_ANY_SIZE)
        self._started = b""
        self._swapped: list[bytes] = []
        self._late: list[tuple[float, int, bytes]] = []
        self._number = self._offset = 0
        self._is_lost = False

    def __repr__(self) -> str:
        return f"<Frames {self._where}, {self._number} so far>"

    @property
    def due(self) -> float | None:
        """When a frame comes that was overtaken."""
        return self._late[0][0] if self._late else None

    @property
    def held(self) -> int:
        """Bytes that are kept back."""
        kept = [*self._swapped, *(late[2] for late in self._late)]
        return len(self._started) + sum(map(len, kept))

    def feed(self, data: bytes, now: float) -> list[bytes]:
        """What goes on now."""
        if self._is_lost:
            return [data]
        self._started += data
        try:
            frames = self._decoder.feed(data)
        except FrameError:
            self._is_lost = True
            rest, self._started = self._started, b""
            return [*self._overtaken(), rest]
        passing: list[bytes] = []
        for frame in frames:
            whole = frame.header + frame.body
            self._started = self._started[len(whole) :]
            passing += self._pass(whole, now)
        return passing

    def late(self, now: float) -> list[bytes]:
        """Frames that were overtaken, and come now."""
        due = []
        while self._late and self._late[0][0] <= now:
            due.append(heapq.heappop(self._late)[2])
        return due

    def rest(self) -> list[bytes]:
        """All that is kept back."""
        rest = [*self._overtaken(), *self.late(float("inf")), self._started]
        self._started = b""
        return [data for data in rest if data]

    def _pass(self, whole: bytes, now: float) -> list[bytes]:
        self._number += 1
        moment = Moment(*self._where, self._number, self._offset, whole, now)
        self._offset += len(whole)
        passing = [whole]
        behind = self._overtaken()
        for fault in self._plan.happening(FrameFault, moment, self._dice):
            match fault:
                case DropFrame():
                    passing = []
                case DoubleFrame():
                    passing *= 2
                case DelayFrame(seconds=seconds):
                    late = ((now + seconds, self._number, one) for one in passing)
                    for one in late:
                        heapq.heappush(self._late, one)
                    passing = []
                case SwapFrame():
                    self._swapped, passing = passing, []
        return [*passing, *behind]

    def _overtaken(self) -> list[bytes]:
        overtaken, self._swapped = self._swapped, []
        return overtaken

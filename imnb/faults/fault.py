"""What can go wrong on a connection, as values.

A segment is what was put or read at once; a frame is one of the built-in framing.
Frames are encrypted and counted, so most faults of frames end in a refusal by the
reader: that is what they are for.
"""

import dataclasses
import enum
import math
from collections.abc import Callable
from typing import NamedTuple


class Direction(enum.Enum):
    """As seen by the side whose network is faulty."""

    IN = "in"
    OUT = "out"


class Moment(NamedTuple):
    """Where a fault may happen.

    Attributes:
        connection: counts from 1, in the order in which they were made.
        number: of the segment or frame in its direction, from 1.
        offset: bytes of this direction before it.
        now: seconds, of the loop's clock.
    """

    connection: int
    direction: Direction
    number: int
    offset: int
    data: bytes
    now: float

    def __repr__(self) -> str:
        where = f"connection {self.connection} {self.direction.value}"
        return f"<Moment {where}, number {self.number}, {len(self.data)} bytes>"


def always(_: Moment) -> bool:
    """The condition that holds everywhere."""
    return True


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fault:
    """Common to all: where and how often.

    Attributes:
        direction: ``None`` for both.
        when: must hold too.
        probability: of those where it could happen, by the plan's seed.
        count: most times that it happens in all, on all connections; ``None`` for
            no limit.
    """

    direction: Direction | None = None
    when: Callable[[Moment], bool] = dataclasses.field(default=always, repr=False)
    probability: float = 1.0
    count: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Refuse(Fault):
    """Dialling is refused."""


class SegmentFault(Fault):
    """Knows nothing of frames."""


@dataclasses.dataclass(frozen=True)
class Cut(SegmentFault):
    """A reset: both ends are told that it is over; what is on its way is lost."""


@dataclasses.dataclass(frozen=True)
class HalfClose(SegmentFault):
    """One end believes that it is over, the other is not told.

    IN: this end reads an orderly end. OUT: the other one does, and what this end
    sends from then on vanishes.
    """


@dataclasses.dataclass(frozen=True)
class Silence(SegmentFault):
    """Nothing moves any more in this direction, and nobody is told."""


@dataclasses.dataclass(frozen=True)
class Stall(SegmentFault):
    """Nothing moves in this direction for so many seconds; then it goes on."""

    seconds: float = math.inf


@dataclasses.dataclass(frozen=True)
class Delay(SegmentFault):
    """So many seconds later, and up to ``jitter`` more; the order is kept."""

    seconds: float
    jitter: float = 0.0


@dataclasses.dataclass(frozen=True)
class Split(SegmentFault):
    """Into segments of ``size`` bytes, so many seconds apart."""

    size: int = 1
    gap: float = 0.0


@dataclasses.dataclass(frozen=True)
class Join(SegmentFault):
    """Waits so many seconds for those that follow, and becomes one with them."""

    wait: float = 0.01


@dataclasses.dataclass(frozen=True)
class Flip(SegmentFault):
    """So many bits are turned round."""

    bits: int = 1


class FrameFault(Fault):
    """Of whole frames; for connections that are made after it was planned."""


@dataclasses.dataclass(frozen=True)
class DropFrame(FrameFault):
    """It never comes."""


@dataclasses.dataclass(frozen=True)
class DoubleFrame(FrameFault):
    """It comes twice."""


@dataclasses.dataclass(frozen=True)
class DelayFrame(FrameFault):
    """So many seconds later, and those behind it overtake it."""

    seconds: float


@dataclasses.dataclass(frozen=True)
class SwapFrame(FrameFault):
    """The next one overtakes it."""

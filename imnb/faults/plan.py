"""Which faults happen where: decided by a seed, and written down.

Pure: bytes and times in, bytes and times out. Each direction of each connection
has dice of its own, so that what happens on one does not depend on the others.
"""

import collections
import random
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from imnb.faults.fault import Direction, Fault, Moment, Refuse

MAX_RECORDED = 100_000
"""Injections that are remembered; the oldest are forgotten beyond it."""

F = TypeVar("F", bound=Fault)


class Injection(NamedTuple):
    """A fault that happened.

    Attributes:
        at: seconds, of the loop's clock.
        what: name of the fault.
        offset: bytes of this direction before the segment or frame.
        size: bytes of the segment or frame.
    """

    at: float
    connection: int
    direction: Direction
    what: str
    offset: int
    size: int

    def __str__(self) -> str:
        return (
            f"{self.at:.3f} s: {self.what} on connection {self.connection} "
            f"{self.direction.value}, {self.size} bytes at {self.offset}"
        )


class Plan:
    """Faults, and what became of them.

    Attributes:
        injections: those that happened, in order.
    """

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 0) -> None:
        self.injections: collections.deque[Injection]
        self.injections = collections.deque(maxlen=MAX_RECORDED)
        self._seed = seed
        self.change(faults)

    def __repr__(self) -> str:
        return f"<Plan: {len(self._left)} faults, {len(self.injections)} happened>"

    def change(self, faults: Iterable[Fault]) -> None:
        """These from now on, instead of those before."""
        self._left = [(fault, [fault.count]) for fault in faults]

    def has(self, kind: type[Fault]) -> bool:
        """There is one of this kind."""
        return any(isinstance(fault, kind) for fault, _ in self._left)

    def dice(self, connection: int, direction: Direction) -> random.Random:
        """For one direction of one connection."""
        return random.Random(f"{self._seed} {connection} {direction.value}")

    def happening(
        self, kind: type[F], moment: Moment, dice: random.Random
    ) -> Iterator[F]:
        """The faults of this kind that happen here; they are written down."""
        for fault, left in self._left:
            if isinstance(fault, kind) and _happens(fault, left[0], moment, dice):
                left[0] = None if left[0] is None else left[0] - 1
                self._record(fault, moment)
                yield fault

    def refuses(self, connection: int, now: float) -> bool:
        """Whether dialling is refused."""
        moment = Moment(connection, Direction.OUT, 1, 0, b"", now)
        dice = self.dice(connection, Direction.OUT)
        return any(list(self.happening(Refuse, moment, dice)))

    def _record(self, fault: Fault, moment: Moment) -> None:
        self.injections.append(
            Injection(
                moment.now,
                moment.connection,
                moment.direction,
                type(fault).__name__,
                moment.offset,
                len(moment.data),
            )
        )


def _happens(
    fault: Fault, left: int | None, moment: Moment, dice: random.Random
) -> bool:
    if left == 0 or fault.direction not in (None, moment.direction):
        return False
    return fault.when(moment) and dice.random() < fault.probability

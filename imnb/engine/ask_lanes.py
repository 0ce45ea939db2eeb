"""Calls that wait for each other: one lane, one call at a time, in order.

Not to be taken for `imnb.engine.lanes`, where pushes wait for their handlers.
"""

import asyncio
import collections
import contextlib
from collections.abc import Hashable, Iterator
from typing import Protocol

from imnb.errors import TooManyCalls


class Turn(Protocol):
    """A place in a lane."""

    async def come(self) -> None:
        """Wait until those before have left."""


class _Place:
    def __init__(self) -> None:
        self.is_first = asyncio.Event()

    async def come(self) -> None:
        await self.is_first.wait()


class AskLanes:
    """Places in lanes, in the order of asking for them.

    Bound: ``limit`` places in all; whoever comes then is refused at once.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lanes: dict[Hashable, collections.deque[_Place]] = {}
        self._count = 0

    def __repr__(self) -> str:
        return f"<AskLanes: {self._count} calls in {len(self._lanes)} lanes>"

    def __len__(self) -> int:
        return self._count

    @contextlib.contextmanager
    def place(self, lane: Hashable) -> Iterator[Turn]:
        """A place at the end of a lane, held during the ``with``.

        Raises:
            TooManyCalls: there is none left.
        """
        if self._count >= self._limit:
            raise TooManyCalls(
                f"{self._count} calls are in lanes, that is the limit: "
                "wait for some before asking more"
            )
        place = _Place()
        places = self._lanes.setdefault(lane, collections.deque())
        places.append(place)
        self._count += 1
        places[0].is_first.set()
        try:
            yield place
        finally:
            self._leave(lane, places, place)

    def _leave(
        self, lane: Hashable, places: collections.deque[_Place], place: _Place
    ) -> None:
        places.remove(place)
        self._count -= 1
        if places:
            places[0].is_first.set()
        else:
            del self._lanes[lane]

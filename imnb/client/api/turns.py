"""Who called first is first, whatever looking something up takes.

Calls that come while another looks up the same share what it finds.
"""

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Turn(Generic[T]):
    """Of one key; what was found is forgotten when nobody waits any more."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._found: T | None = None

    async def take(self, look_up: Callable[[], Awaitable[T]]) -> T:
        """What ``look_up`` finds, in the order of the calls.

        Who goes on without awaiting anything keeps that order.
        """
        async with self._lock:
            if self._found is None:
                self._found = await look_up()
            return self._found


class Turns(Generic[T]):
    """A turn for each key, for as long as somebody has or waits for it."""

    def __init__(self) -> None:
        self._turns: weakref.WeakValueDictionary[Hashable, Turn[T]]
        self._turns = weakref.WeakValueDictionary()

    def __repr__(self) -> str:
        return f"<Turns {len(self._turns)} keys>"

    def of(self, key: Hashable) -> Turn[T]:
        """First come, first served."""
        turn = self._turns.get(key)
        if turn is None:
            turn = self._turns[key] = Turn()
        return turn

"""Time-outs that are not used up while the loop is frozen, or while bytes flow."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Iterator

from imnb.engine.clock import TICK, ActiveClock


class Patience:
    """What is left of a time-out; made by `patience`."""

    def __init__(self, seconds: float, least: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._clock = ActiveClock(self._loop.time())
        self._seconds = seconds
        self._least = least
        self._end = seconds
        self._moved = 0

    def __repr__(self) -> str:
        return f"<Patience: {self._end - self._clock.at(self._loop.time()):.1f} s>"

    def moved(self, size: int) -> None:
        """So many bytes came or went."""
        self._moved += size

    @contextlib.contextmanager
    def pause(self) -> Iterator[None]:
        """What happens meanwhile, e.g. a slow disk, is not the peer's fault."""
        self._clock.stop(self._loop.time())
        try:
            yield
        finally:
            self._clock.go(self._loop.time())

    def is_over(self) -> bool:
        """The time is up, and less than the least has moved in it."""
        now = self._clock.tick(self._loop.time())
        if now < self._end:
            return False
        if self._moved < self._least:
            return True
        self._moved = 0
        self._end = now + self._seconds
        return False


@contextlib.asynccontextmanager
async def patience(seconds: float, least: float = math.inf) -> AsyncIterator[Patience]:
    """`asyncio.timeout` in the time of `ActiveClock`; exact to a `TICK`.

    Args:
        seconds: to the end of the body, or
        least: until so many bytes have moved, which give another ``seconds``.

    Raises:
        TimeoutError: the body took longer.
    """
    loop = asyncio.get_running_loop()
    left = Patience(seconds, least)
    timer: asyncio.TimerHandle

    def look() -> None:
        nonlocal timer
        if left.is_over():
            guard.reschedule(loop.time())
        else:
            timer = loop.call_later(TICK, look)

    async with asyncio.timeout(None) as guard:
        timer = loop.call_later(TICK, look)
        try:
            yield left
        finally:
            timer.cancel()

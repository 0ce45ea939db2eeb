"""Time-outs that are not used up while the loop is frozen."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from imnb.engine.clock import TICK, ActiveClock


@contextlib.asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    """`asyncio.timeout` in the time of `ActiveClock`; exact to a `TICK`.

    Raises:
        TimeoutError: the body took longer.
    """
    loop = asyncio.get_running_loop()
    clock = ActiveClock(loop.time())
    timer: asyncio.TimerHandle

    def look() -> None:
        nonlocal timer
        if clock.tick(loop.time()) >= seconds:
            guard.reschedule(loop.time())
        else:
            timer = loop.call_later(TICK, look)

    async with asyncio.timeout(None) as guard:
        timer = loop.call_later(TICK, look)
        try:
            yield
        finally:
            timer.cancel()

"""Virtual time: waits cost nothing, and a frozen loop is one call.

The fixture `virtual` replaces the running loop's clock. Whenever nothing is
ready, time jumps to the next timer. For tests on `MemoryNetwork` and pure
asyncio only: with sockets or threads time would jump past work under way.
A test package makes it available by importing it in its ``conftest.py``.
"""

import asyncio
import selectors
from collections.abc import AsyncIterator, Mapping

import pytest

IDLE_LIMIT = 5.0
"""Real seconds without a timer or an event after which a test has hung."""


class VirtualTime(selectors.BaseSelector):
    """Stands between a loop and its selector; also the clock."""

    def __init__(self, real: selectors.BaseSelector) -> None:
        self.now = 1000.0
        self._real = real

    def time(self) -> float:
        return self.now

    async def advance(self, seconds: float) -> None:
        """Let all that is due within ``seconds`` happen."""
        await asyncio.sleep(seconds)
        await self.settle()

    async def settle(self, turns: int = 50) -> None:
        """Let everything run that can run without time passing."""
        for _ in range(turns):
            await asyncio.sleep(0)

    def freeze(self, seconds: float) -> None:
        """What a synchronous cell does: time passes, the loop does not run."""
        self.now += seconds

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            ready = self._real.select(IDLE_LIMIT)
            if not ready:
                raise RuntimeError("nothing can happen any more: the test hangs")
            return ready
        ready = self._real.select(0)
        if not ready and timeout > 0:
            self.now += timeout
        return ready

    def register(
        self, fileobj: object, events: int, data: object = None
    ) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)  # type: ignore[arg-type]

    def unregister(self, fileobj: object) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)  # type: ignore[arg-type]

    def get_map(self) -> Mapping[object, selectors.SelectorKey]:
        return self._real.get_map()  # type: ignore[return-value]


@pytest.fixture
async def virtual() -> AsyncIterator[VirtualTime]:
    """Virtual time on this test's loop."""
    loop = asyncio.get_running_loop()
    real = loop._selector  # type: ignore[attr-defined]
    clock = VirtualTime(real)
    loop._selector = clock  # type: ignore[attr-defined]
    loop.time = clock.time  # type: ignore[method-assign]
    yield clock
    loop._selector = real  # type: ignore[attr-defined]
    del loop.time

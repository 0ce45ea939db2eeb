"""Virtual time: waits cost nothing, and a frozen loop is one call.

Both fixtures replace the running loop's clock. Whenever nothing is ready, time
jumps to the next timer. With `virtual` it does so at once, which is for tests on
`MemoryNetwork` and pure asyncio: it would jump past the work of a thread. With
`virtual_io`, for tests that use sockets and threads, it waits for these, and time
jumps only when nothing moves any more. What another process does it cannot see.
A test package makes them available by importing them in its ``conftest.py``, and
imports `no_real_waits` where no test may wait for real.
"""

import asyncio
import contextlib
import linecache
import re
import selectors
import sys
import threading
import types
from collections.abc import AsyncIterator, Iterator, Mapping

import pytest

IDLE_LIMIT = 5.0
"""Real seconds without a timer or an event after which a test has hung."""
LONGEST_JUMP = 0.1
"""Virtual seconds beside threads: were one overlooked, little time is lost."""
LOOKS = 2
"""Times in a row that nothing moved before time jumps, beside threads."""
BREATH = 0.001
"""Real seconds between looks, in which threads that were just woken begin to run."""
WAITS = re.compile(r"\.(get|wait|acquire)\(")
"""In the line of a thread that waits for something to do."""


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


class VirtualIoTime(VirtualTime):
    """Stands still while bytes are there to be read, or a thread is at work."""

    def __init__(self, real: selectors.BaseSelector, now: float) -> None:
        super().__init__(real)
        self.now = now
        self._strange = set(threading.enumerate())

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            return self._real.select()
        ready = self._real.select(0)
        if ready or timeout <= 0:
            return ready
        for _ in range(LOOKS):
            ready = self._real.select(BREATH)
            if ready or self._is_thread_at_work():
                return ready
        self.now += min(timeout, LONGEST_JUMP)
        return []

    def _is_thread_at_work(self) -> bool:
        frames = sys._current_frames()
        threads = set(threading.enumerate()) - self._strange
        return any(
            not _is_waiting(frames[thread.ident])
            for thread in threads
            if thread.ident in frames
        )


def _is_waiting(frame: types.FrameType) -> bool:
    """By the line where it stands: the call is C's, and not seen."""
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    return WAITS.search(line) is not None


@contextlib.contextmanager
def _in_place(clock: VirtualTime) -> Iterator[None]:
    """The clock is that of the running loop."""
    loop = asyncio.get_running_loop()
    real = loop._selector  # type: ignore[attr-defined]
    loop._selector = clock  # type: ignore[attr-defined]
    loop.time = clock.time  # type: ignore[method-assign]
    try:
        yield
    finally:
        loop._selector = real  # type: ignore[attr-defined]
        del loop.time


@contextlib.contextmanager
def virtual_here() -> Iterator[VirtualTime]:
    """As the fixture `virtual`, for a test that makes the running loop itself."""
    loop = asyncio.get_running_loop()
    clock = VirtualTime(loop._selector)  # type: ignore[attr-defined]
    with _in_place(clock):
        yield clock


@contextlib.contextmanager
def virtual_io_here() -> Iterator[VirtualIoTime]:
    """As the fixture, for a test that makes the running loop itself."""
    loop = asyncio.get_running_loop()
    clock = VirtualIoTime(loop._selector, loop.time())  # type: ignore[attr-defined]
    with _in_place(clock):
        yield clock


@pytest.fixture
async def virtual() -> AsyncIterator[VirtualTime]:
    """Virtual time on this test's loop; nothing may come from outside."""
    clock = VirtualTime(asyncio.get_running_loop()._selector)  # type: ignore[attr-defined]
    with _in_place(clock):
        yield clock


@pytest.fixture
async def virtual_io() -> AsyncIterator[VirtualIoTime]:
    """Virtual time on this test's loop, beside sockets and threads."""
    with virtual_io_here() as clock:
        yield clock


@pytest.fixture(autouse=True)
def no_real_waits(request: pytest.FixtureRequest) -> None:
    """Imported by a ``conftest.py``: all of its tests have virtual time."""
    if "virtual" not in request.fixturenames:
        request.getfixturevalue("virtual_io")

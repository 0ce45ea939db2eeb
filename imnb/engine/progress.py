"""How far a transfer is: a value for callbacks, and a meter to wait on."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable

from imnb.engine.call import ReportError


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How much of a file was sent or received.

    Attributes:
        done: bytes; fewer than before when the server made it start again.
        total: bytes, or None while they are unknown.
        is_over: the last one, of a transfer that failed too.
    """

    done: int
    total: int | None
    is_over: bool = False

    def __str__(self) -> str:
        of = "?" if self.total is None else f"{self.total:,}"
        return f"{self.done:,} of {of} bytes"

    @property
    def fraction(self) -> float | None:
        """From 0 to 1, or None while the total is unknown."""
        if self.total is None:
            return None
        return self.done / self.total if self.total else 1.0


OnProgress = Callable[[Progress], object]


class Meter:
    """Give it as ``progress`` and read it, or wait for it with ``async for``.

    A slow reader sees the newest state only. It serves one transfer.
    """

    def __init__(self) -> None:
        self.now = Progress(0, None)
        self._is_new = asyncio.Event()

    def __repr__(self) -> str:
        return f"<Meter {self.now}>"

    def __call__(self, progress: Progress) -> None:
        """The newest state; for the transfer."""
        self.now = progress
        self._is_new.set()

    async def __aiter__(self) -> AsyncIterator[Progress]:
        while self._is_new.is_set() or not self.now.is_over:
            await self._is_new.wait()
            self._is_new.clear()
            yield self.now


class Teller:
    """Tells one listener; what the listener raises does not end the transfer.

    It is reported, once: who failed is told no more.
    """

    def __init__(self, listener: OnProgress | None, report: ReportError) -> None:
        self._listener = listener
        self._report = report
        self._last = Progress(0, None)

    def tell(self, done: int, total: int | None) -> None:
        """So far."""
        self._tell(Progress(done, total))

    def end(self) -> None:
        """Nothing more comes."""
        self._tell(dataclasses.replace(self._last, is_over=True))

    def _tell(self, progress: Progress) -> None:
        self._last = progress
        if self._listener is None:
            return
        try:
            self._listener(progress)
        except Exception as error:
            self._listener = None
            self._report("progress", error)

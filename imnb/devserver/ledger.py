"""Changes become durable first and are made then, in the order of the file.

So nobody, neither the sender nor those who are told, ever sees a change that a
crash could take back. Without a file a change is made at once.
"""

import asyncio
import collections
import dataclasses
from collections.abc import Callable
from typing import Protocol

from imnb.devserver.record import Record
from imnb.devserver.refusal import Refusal
from imnb.pb import envelope_pb2 as envelope

MAX_WAITING = 10_000
MAX_WAITING_BYTES = 64 << 20
"""Beyond one of them a change is refused as OVERLOADED: the disk is too slow."""


class Log(Protocol):
    """What is needed of a `Journal`."""

    def submit(self, kind: str, payload: bytes) -> "asyncio.Future[None]":
        """Resolves when the record is on the disk."""


@dataclasses.dataclass(slots=True)
class _Waiting:
    stored: "asyncio.Future[None]"
    size: int
    make: Callable[[], object]
    fail: Callable[[BaseException], object]


class Ledger:
    """The one way to change the world of a running server."""

    def __init__(self, log: Log | None = None) -> None:
        self._log = log
        self._waiting: collections.deque[_Waiting] = collections.deque()
        self._waiting_bytes = 0

    def __repr__(self) -> str:
        return f"<Ledger: {len(self._waiting)} changes to be stored>"

    @property
    def is_idle(self) -> bool:
        """Every change that was committed is made: the world is as it will be."""
        return not self._waiting

    def commit(
        self,
        record: Record,
        make: Callable[[], object],
        fail: Callable[[BaseException], object],
    ) -> None:
        """Call ``make`` when the record is durable, ``fail`` if it cannot be.

        Raises:
            Refusal: too much is waiting for the disk.
        """
        if self._log is None:
            make()
            return
        payload = record.payload()
        if (
            len(self._waiting) >= MAX_WAITING
            or self._waiting_bytes + len(payload) > MAX_WAITING_BYTES
        ):
            text = f"{len(self._waiting)} changes wait for the disk: try again later"
            raise Refusal(envelope.OVERLOADED, text)
        stored = self._log.submit(record.kind, payload)
        self._waiting.append(_Waiting(stored, len(payload), make, fail))
        self._waiting_bytes += len(payload)
        stored.add_done_callback(self._settle)

    async def write(self, record: Record, make: Callable[[], object]) -> None:
        """Do the same and wait for it.

        Raises:
            StoreError: it could not be stored.
            Refusal: it was stored, and is nothing that can be made.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def settle(error: BaseException | None) -> None:
            if not done.done() and error is None:
                done.set_result(None)
            elif not done.done() and error is not None:
                done.set_exception(error)

        def succeed() -> None:
            try:
                make()
            except Exception as error:  # told, or the writer would wait for ever
                settle(error)
            else:
                settle(None)

        self.commit(record, succeed, settle)
        await done

    def _settle(self, _: "asyncio.Future[None]") -> None:
        """Make what is durable; never one before those that came earlier."""
        while self._waiting and self._waiting[0].stored.done():
            waiting = self._waiting.popleft()
            self._waiting_bytes -= waiting.size
            if waiting.stored.cancelled():
                waiting.fail(asyncio.CancelledError())
            elif (error := waiting.stored.exception()) is not None:
                waiting.fail(error)
            else:
                waiting.make()

"""Bytes that were put on a connection and not yet taken by the network.

Frames put in one turn of the loop leave together: `SendQueue.head` joins them,
and only then are they sealed, so that TLS makes few large records of them.
Bound: senders that `drain` first stay below the limit plus one frame; whoever
does not is cut off by the transport at `OVERFLOW` times the limit.
"""

import asyncio
import collections
from typing import Protocol

from imnb.errors import ConnectionLost

SEND_SIZE = 128 * 1024
"""Bytes joined for one send; larger ones seldom fit a socket's buffer."""
OVERFLOW = 4
"""A peer that leaves this many times the limit unread is cut off."""


class Sealer(Protocol):
    """A layer between the frames and the socket, e.g. `imnb.net.tls.TlsEnd`."""

    @property
    def is_open(self) -> bool:
        """It takes data; before, only its own handshake leaves."""

    def seal(self, data: bytes) -> bytes:
        """What to send for ``data``, after whatever the layer has to say itself."""


class SendQueue:
    """A deque of bytes; everything but `drain` and `wake` under the lock.

    Attributes:
        size: bytes that wait; those not sealed yet count as they are.
    """

    def __init__(self, limit: int, sealer: Sealer | None = None) -> None:
        self.limit = limit
        self.size = 0
        self._sealer = sealer
        self._chunks: collections.deque[bytes] = collections.deque()
        self._head: bytes | memoryview = b""
        self._waiters: collections.deque[asyncio.Future[None]] = collections.deque()
        self._error: ConnectionLost | None = None

    def __repr__(self) -> str:
        return f"<SendQueue {self.size} of {self.limit} bytes>"

    @property
    def has_room(self) -> bool:
        """`drain` would return at once."""
        return self._error is None and self.size < self.limit

    @property
    def is_overflowing(self) -> bool:
        """The peer has been leaving too much unread."""
        return self.size > self.limit * OVERFLOW

    @property
    def is_stuck(self) -> bool:
        """The network did not take all of the last `head`."""
        return len(self._head) > 0

    def append(self, data: bytes) -> None:
        """Add bytes at the end."""
        self._chunks.append(data)
        self.size += len(data)

    def head(self) -> bytes | memoryview:
        """The next bytes to send; empty when there is nothing that may leave.

        Chunks are joined up to `SEND_SIZE`, at least one is taken.
        """
        if not self._head:
            self._head = self._join() if self._sealer is None else self._seal()
        return self._head

    def consume(self, count: int) -> None:
        """The first ``count`` bytes of `head` are gone."""
        self.size -= count
        self._head = memoryview(self._head)[count:]

    async def drain(self) -> None:
        """Wait until there is room.

        Raises:
            ConnectionLost: the connection ended, before or meanwhile.
        """
        loop = asyncio.get_running_loop()
        while self._error is None and self.size >= self.limit:
            # Each who wakes looks again: those before may have filled it up.
            waiter = loop.create_future()
            self._waiters.append(waiter)
            await waiter
        if self._error is not None:
            raise ConnectionLost(str(self._error))

    def wake(self) -> None:
        """Let those go on for whom there is room now; on the loop only."""
        if self._waiters and self.size < self.limit:
            self._release()

    def fail(self, error: ConnectionLost) -> None:
        """Drop everything; those who wait, and all later ones, get ``error``."""
        self._error = error
        self._chunks.clear()
        self._head = b""
        self.size = 0
        self._release()

    def _release(self) -> None:
        waiters, self._waiters = self._waiters, collections.deque()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _join(self) -> bytes:
        chunks = self._chunks
        if not chunks:
            return b""
        if len(chunks) == 1 or len(chunks[0]) >= SEND_SIZE:
            return chunks.popleft()
        taken: list[bytes] = []
        size = 0
        while chunks and size < SEND_SIZE:
            chunk = chunks.popleft()
            taken.append(chunk)
            size += len(chunk)
        return b"".join(taken)

    def _seal(self) -> bytes:
        assert self._sealer is not None
        plain = self._join() if self._sealer.is_open else b""
        sealed = self._sealer.seal(plain)
        self.size += len(sealed) - len(plain)
        return sealed

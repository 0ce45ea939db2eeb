"""Bytes that were put on a connection and not yet taken by the network.

Frames put in one turn of the loop leave together: `SendQueue.head` joins them.
Bound: senders that `drain` first stay below the limit plus one frame; whoever
does not is cut off by the transport at `OVERFLOW` times the limit.
"""

import asyncio
import collections

from imnb.errors import ConnectionLost

SEND_SIZE = 128 * 1024
"""Bytes joined for one send; larger ones seldom fit a socket's buffer."""
OVERFLOW = 4
"""A peer that leaves this many times the limit unread is cut off."""


class SendQueue:
    """A deque of bytes; everything but `drain` and `wake` under the lock."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._chunks: collections.deque[bytes | memoryview] = collections.deque()
        self._waiters: collections.deque[asyncio.Future[None]] = collections.deque()
        self._error: ConnectionLost | None = None

    def __repr__(self) -> str:
        return f"<SendQueue {self.size} of {self.limit} bytes>"

    @property
    def is_overflowing(self) -> bool:
        """The peer has been leaving too much unread."""
        return self.size > self.limit * OVERFLOW

    def append(self, data: bytes) -> None:
        """Add bytes at the end."""
        self._chunks.append(data)
        self.size += len(data)

    def head(self) -> bytes | memoryview:
        """The next bytes to send, joined up to `SEND_SIZE`; at least one chunk."""
        chunks = self._chunks
        if len(chunks) == 1 or len(chunks[0]) >= SEND_SIZE:
            return chunks[0]
        taken: list[bytes | memoryview] = []
        size = 0
        while chunks and size < SEND_SIZE:
            chunk = chunks.popleft()
            taken.append(chunk)
            size += len(chunk)
        joined = b"".join(taken)
        chunks.appendleft(joined)
        return joined

    def consume(self, count: int) -> None:
        """The first ``count`` bytes of `head` are gone."""
        first = self._chunks[0]
        self.size -= count
        if count == len(first):
            self._chunks.popleft()
        else:
            self._chunks[0] = memoryview(first)[count:]

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
        self.size = 0
        self._release()

    def _release(self) -> None:
        waiters, self._waiters = self._waiters, collections.deque()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

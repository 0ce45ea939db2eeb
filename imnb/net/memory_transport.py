"""One side of a connection inside the process."""

import asyncio
import contextlib
import dataclasses
import threading
from collections.abc import Callable

from imnb.errors import ConnectionLost
from imnb.net.send_queue import SendQueue
from imnb.net.transport import READ_SIZE, Receiver


@dataclasses.dataclass(slots=True)
class Weather:
    """What the network does to bytes on their way."""

    chunk_size: int = READ_SIZE
    """Bytes of one read; 1 cuts every frame to pieces."""
    latency: float = 0.0
    """Seconds that bytes are on their way."""
    is_held: bool = False
    """Bytes stay on their way and nobody is told: a dead network."""


class MemoryTransport:
    """What it puts, the other side reads: one chunk a turn, as a socket would."""

    def __init__(
        self,
        local: str,
        peer: str,
        *,
        weather: Weather,
        limit: int,
        linger: float,
        forget: Callable[["MemoryTransport"], None],
    ) -> None:
        self.lock = threading.Lock()
        self.local_address = local
        self.peer_address = peer
        self._weather = weather
        self._linger = linger
        self._forget = forget
        self._queue = SendQueue(limit)
        self._arrived = 0
        self._loop = asyncio.get_running_loop()
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._other: MemoryTransport | None = None
        self._receiver: Receiver | None = None
        self._linger_timer: asyncio.TimerHandle | None = None
        self._is_due = self._is_paused = self._is_over = False

    def __repr__(self) -> str:
        state = "over" if self._is_over else f"{self.unsent} unsent"
        return f"<MemoryTransport {self.local_address} -> {self.peer_address} {state}>"

    @property
    def has_room(self) -> bool:
        """See `Transport.has_room`."""
        return self._queue.has_room

    @property
    def unsent(self) -> int:
        """Bytes put that the other side did not read yet."""
        return self._queue.size

    def join(self, other: "MemoryTransport") -> None:
        """The other side of this connection; it joins this one."""
        self._other = other

    def start(self, receiver: Receiver) -> None:
        """Begin to read what the other side puts."""
        self._receiver = receiver

    def put(self, data: bytes) -> None:
        """See `Transport.put`."""
        if self._is_over or self._linger_timer is not None:
            return
        self._queue.append(data)
        # Also from another thread; the loop does the rest.
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._travel, len(data))

    def send_now(self) -> None:
        """See `Transport.send_now`; between two ends in one loop there is no way."""

    async def drain(self) -> None:
        """See `Transport.drain`."""
        await self._queue.drain()

    def pause_reading(self) -> None:
        """See `Transport.pause_reading`."""
        self._is_paused = True

    def resume_reading(self) -> None:
        """See `Transport.resume_reading`."""
        self._is_paused = False
        if self._other is not None:
            self._other.deliver_soon()

    def close(self) -> None:
        """See `Transport.close`."""
        if self._is_over or self._linger_timer is not None:
            return
        self._linger_timer = self._loop.call_later(self._linger, self.abort)
        self.deliver_soon()

    def abort(self) -> None:
        """See `Transport.abort`; the other side reads an orderly end."""
        self._hang_up(None)

    async def wait_closed(self) -> None:
        """See `Transport.wait_closed`."""
        await asyncio.shield(self._closed)

    def deliver_soon(self) -> None:
        """Let the other side read in a turn of its own."""
        if not self._is_due:
            self._is_due = True
            self._loop.call_soon(self._deliver)

    def end(self, error: Exception | None) -> None:
        """The connection is over for this side."""
        if self._is_over:
            return
        self._is_over = True
        self._forget(self)
        with self.lock:
            why = "the connection was closed" if error is None else str(error)
            self._queue.fail(ConnectionLost(f"{self.peer_address}: {why}"))
        if self._linger_timer is not None:
            self._linger_timer.cancel()
        # Later, so that a receiver is never called from inside its own call.
        self._loop.call_soon(self._tell_receiver, error)

    def _travel(self, count: int) -> None:
        if self._weather.latency:
            self._loop.call_later(self._weather.latency, self._arrive, count)
        else:
            self._arrive(count)

    def _arrive(self, count: int) -> None:
        self._arrived += count
        if self._queue.is_overflowing:
            why = f"the peer left {self.unsent} bytes unread"
            self._hang_up(ConnectionLost(f"{self.peer_address}: {why}"))
            return
        self.deliver_soon()

    def _deliver(self) -> None:
        self._is_due = False
        if self._is_over or self._weather.is_held or self._other is None:
            return
        if self._arrived and self._other.is_reading:
            with self.lock:
                size = min(self._arrived, self._weather.chunk_size)
                chunk = bytes(self._queue.head()[:size])
                self._queue.consume(len(chunk))
            self._arrived -= len(chunk)
            self._other.receive(chunk)
            self._queue.wake()
            self.deliver_soon()
        elif self._linger_timer is not None and not self._queue.size:
            self.abort()

    @property
    def is_reading(self) -> bool:
        """This side takes bytes now; one that is over takes and drops them."""
        return self._is_over or not self._is_paused

    def receive(self, data: bytes) -> None:
        """Bytes that came from the other side."""
        if self._is_over or self._receiver is None or self._linger_timer is not None:
            return
        try:
            self._receiver.data_received(data)
        except Exception as error:
            self._hang_up(error)
            raise

    def _hang_up(self, error: Exception | None) -> None:
        self.end(error)
        if self._other is not None and not self._weather.is_held:
            self._loop.call_soon(self._other.end, None)

    def _tell_receiver(self, error: Exception | None) -> None:
        if not self._closed.done():
            self._closed.set_result(None)
        if self._receiver is not None:
            receiver, self._receiver = self._receiver, None
            receiver.connection_lost(error)

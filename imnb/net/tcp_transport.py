"""A TCP connection that owns its socket.

asyncio's transports cannot be written to from another thread, so this one takes
the non-blocking socket itself (``add_reader``, ``add_writer``): a thread beside
a frozen loop can take `lock`, seal and put, and the bytes leave at once. TLS,
where there is some, is a `TlsEnd` between the queue and the socket.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable

from imnb.errors import ConnectionFailed, ConnectionLost
from imnb.net.send_queue import SendQueue
from imnb.net.tls import TLS_READ_SIZE, TlsEnd
from imnb.net.transport import READ_SIZE, Receiver, format_address


class TcpTransport:
    """One connected socket and what was not sent on it yet."""

    def __init__(
        self,
        connected: socket.socket,
        limit: int,
        linger: float,
        tls: TlsEnd | None = None,
    ) -> None:
        connected.setblocking(False)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lock = threading.Lock()
        self.local_address = format_address(connected.getsockname())
        self.peer_address = format_address(connected.getpeername())
        self._socket = connected
        self._linger = linger
        self._tls = tls
        self._queue = SendQueue(limit, tls)
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._secured: asyncio.Future[Exception | None] = self._loop.create_future()
        self._receiver: Receiver | None = None
        self._early = b""
        self._linger_timer: asyncio.TimerHandle | None = None
        self._flush_is_due = False
        self._is_quiet = True
        self._is_writing = False
        self._is_paused = False
        self._is_closing = False
        self._is_over = False

    def __repr__(self) -> str:
        state = "over" if self._is_over else "closing" if self._is_closing else "open"
        return f"<TcpTransport {self.peer_address} {state}, {self.unsent} unsent>"

    @property
    def has_room(self) -> bool:
        """See `Transport.has_room`."""
        return self._queue.has_room

    @property
    def unsent(self) -> int:
        """Bytes put and not yet taken by the kernel."""
        return self._queue.size

    async def secure(self) -> None:
        """Before `start`: return after the TLS handshake, if there is to be one.

        Raises:
            ConnectionFailed: there is none with this peer.
            OSError: the connection broke.
        """
        if self._tls is None:
            return
        self._loop.add_reader(self._socket, self._on_readable)
        self._flush()
        error = await self._secured
        if error is not None:
            raise error

    def start(self, receiver: Receiver) -> None:
        """Begin to read."""
        self._receiver = receiver
        self._watch_readable()

    def put(self, data: bytes) -> None:
        """See `Transport.put`; what the peer leaves unread ends the connection."""
        if self._is_over or self._is_closing:
            return
        self._queue.append(data)
        if threading.get_ident() != self._thread:
            self.send_now()
        elif self._is_quiet:
            # The first frame since something came is often the only one.
            self._is_quiet = False
            self._send_at_once()
        else:
            self._flush_soon()

    def send_now(self) -> None:
        """See `Transport.send_now`; the loop, when it runs again, does the rest."""
        if self._is_over:
            return
        try:
            self._send()
        except OSError as error:
            self._call_on_loop(self._end, error)
            return
        if self._queue.size:
            self._call_on_loop(self._flush)

    async def drain(self) -> None:
        """See `Transport.drain`."""
        await self._queue.drain()

    def pause_reading(self) -> None:
        """See `Transport.pause_reading`."""
        self._is_paused = True
        if not (self._is_over or self._is_closing):
            self._loop.remove_reader(self._socket)

    def resume_reading(self) -> None:
        """See `Transport.resume_reading`."""
        self._is_paused = False
        if self._receiver is not None:
            self._watch_readable()

    def close(self) -> None:
        """See `Transport.close`.

        After the last byte the sending side is shut and the rest of what the
        peer says is read and dropped: closing a socket with unread bytes would
        make the kernel send a reset, which destroys our last frame on its way.
        """
        if self._is_over or self._is_closing:
            return
        self._is_closing = True
        self._loop.add_reader(self._socket, self._discard)
        self._linger_timer = self._loop.call_later(self._linger, self._end, None)
        self._flush()

    def abort(self) -> None:
        """See `Transport.abort`; the caller does not hold `lock`."""
        self._end(None)

    async def wait_closed(self) -> None:
        """See `Transport.wait_closed`."""
        await asyncio.shield(self._closed)

    def _watch_readable(self) -> None:
        if self._is_paused or self._is_over or self._is_closing:
            return
        self._loop.add_reader(self._socket, self._on_readable)
        if self._early:
            self._loop.call_soon(self._deliver_early)

    def _on_readable(self) -> None:
        size = READ_SIZE if self._tls is None else TLS_READ_SIZE
        try:
            data = self._socket.recv(size)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        self._is_quiet = True
        if not data:
            self._end(self._cut_short())
        elif self._tls is None:
            self._deliver(data)
        else:
            self._unseal(self._tls, data)

    def _deliver(self, data: bytes) -> None:
        assert self._receiver is not None
        try:
            self._receiver.data_received(data)
        except Exception as error:
            self._end(error)
            raise

    def _unseal(self, tls: TlsEnd, data: bytes) -> None:
        try:
            with self.lock:
                plain = tls.receive(data)
        except (ConnectionFailed, ConnectionLost) as error:
            with self.lock, contextlib.suppress(OSError):
                self._send()  # the alert tells the peer why
            self._end(error)
            return
        self._flush()  # TLS may have something to say itself
        if tls.is_open and not self._secured.done():
            self._secured.set_result(None)
        self._early += plain
        if self._receiver is not None:
            self._deliver_early()
        elif tls.is_open:  # the rest is for the receiver that `start` brings
            self._loop.remove_reader(self._socket)

    def _deliver_early(self) -> None:
        """What TLS has given out; it waits where nobody reads."""
        if self._is_paused or self._is_over or self._is_closing:
            return
        data, self._early = self._early, b""
        if data:
            self._deliver(data)
        if self._tls is not None and self._tls.is_over:
            self._end(None)

    def _cut_short(self) -> Exception | None:
        """What it means that the peer has ended the connection now."""
        if self._tls is None or self._tls.is_open:
            return None
        return ConnectionFailed(
            "the other side hung up during the TLS handshake; "
            "check the port, and whether it speaks TLS"
        )

    def _discard(self) -> None:
        try:
            is_open = bool(self._socket.recv(READ_SIZE))
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            is_open = False
        if not is_open:
            self._end(None)

    def _call_on_loop(self, function: Callable[..., None], *args: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(function, *args)

    def _send_at_once(self) -> None:
        """Saves a turn of the loop, which costs as much as the call itself."""
        try:
            self._send()
        except OSError as error:
            self._loop.call_soon(self._end, error)
        else:
            if self._queue.size:
                self._flush_soon()

    def _flush_soon(self) -> None:
        """At the end of this turn, so that frames of one turn leave together."""
        if not self._flush_is_due:
            self._flush_is_due = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_is_due = False
        with self.lock:
            if self._is_over:
                return
            failure: OSError | None = None
            try:
                self._send()
                if self._is_closing and self._tls is not None and not self.unsent:
                    self._tls.close()
                    self._send()
            except OSError as error:
                failure = error
            is_empty, overflows = not self._queue.size, self._queue.is_overflowing
        if failure is None and overflows:
            failure = ConnectionLost(
                f"{self.peer_address}: the peer left {self.unsent} bytes unread"
            )
        if failure is not None:
            self._end(failure)
            return
        self._watch_writable(self._queue.is_stuck)
        if is_empty and self._is_closing:
            self._shut_sending()
        self._queue.wake()

    def _send(self) -> None:
        """Hand bytes to the kernel until it takes no more; under the lock."""
        queue = self._queue
        while head := queue.head():
            try:
                count = self._socket.send(head)
            except (BlockingIOError, InterruptedError):
                return
            queue.consume(count)
            if queue.is_stuck:
                return

    def _watch_writable(self, wanted: bool) -> None:
        if wanted and not self._is_writing:
            self._loop.add_writer(self._socket, self._flush)
        elif self._is_writing and not wanted:
            self._loop.remove_writer(self._socket)
        self._is_writing = wanted

    def _shut_sending(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:  # the peer was faster
            self._end(None)

    def _end(self, error: Exception | None) -> None:
        with self.lock:
            if self._is_over:
                return
            self._is_over = True
            if not self._secured.done():
                self._secured.set_result(error or ConnectionFailed("closed"))
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()
            why = "the connection was closed" if error is None else str(error)
            self._queue.fail(ConnectionLost(f"{self.peer_address}: {why}"))
        if self._linger_timer is not None:
            self._linger_timer.cancel()
        # Later, so that a receiver is never called from inside its own call.
        self._loop.call_soon(self._tell_receiver, error)

    def _tell_receiver(self, error: Exception | None) -> None:
        if not self._closed.done():
            self._closed.set_result(None)
        if self._receiver is not None:
            receiver, self._receiver = self._receiver, None
            receiver.connection_lost(error)

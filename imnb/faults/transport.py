"""One connection with faults: the thin shell around two `Way`s."""

import asyncio
import contextlib
import math
from collections.abc import Callable

from imnb.faults.fault import Direction
from imnb.faults.plan import Plan
from imnb.faults.way import End, Way
from imnb.net.transport import Receiver, Transport

CUT = "connection reset by peer"


class FaultyTransport:
    """A transport to its owner, the receiver to the transport that it wraps.

    Attributes:
        number: of the connection, from 1.
    """

    _inner: Transport
    _receiver: Receiver | None = None
    _cut_by: Exception | None = None

    def __init__(
        self,
        plan: Plan,
        number: int,
        make: Callable[[Transport], Receiver],
        attached: Callable[["FaultyTransport"], None],
        forget: Callable[["FaultyTransport"], None],
    ) -> None:
        self.number = number
        self._make = make
        self._attached = attached
        self._forget = forget
        self._loop = asyncio.get_running_loop()
        self._in = Way(plan, number, Direction.IN)
        self._out = Way(plan, number, Direction.OUT)
        self._timers: dict[Way, asyncio.TimerHandle] = {}
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._is_paused = self._is_leaving = self._is_told = False
        self._is_inner_over = self._is_deaf = False

    def __repr__(self) -> str:
        return f"<FaultyTransport {self.number} around {self._inner!r}>"

    def attach(self, inner: Transport) -> Receiver:
        """Begin; what it returns is told what the inner one reads."""
        self._inner, self.lock = inner, inner.lock
        self._attached(self)
        try:
            self._receiver = self._make(self)
        except BaseException:
            self._forget(self)
            raise
        return self

    @property
    def local_address(self) -> str:
        """See `Transport.local_address`."""
        return self._inner.local_address

    @property
    def peer_address(self) -> str:
        """See `Transport.peer_address`."""
        return self._inner.peer_address

    @property
    def unsent(self) -> int:
        """See `Transport.unsent`; what a fault holds back counts."""
        return self._inner.unsent + self._out.held

    @property
    def has_room(self) -> bool:
        """See `Transport.has_room`."""
        return self._is_deaf or self._inner.has_room

    def put(self, data: bytes) -> None:
        """See `Transport.put`."""
        if self._is_leaving:
            return
        self._out.feed(data, self._loop.time())
        self._send()

    def send_now(self) -> None:
        """See `Transport.send_now`."""
        self._inner.send_now()

    async def drain(self) -> None:
        """See `Transport.drain`."""
        if self._is_told or not self._is_deaf:
            await self._inner.drain()

    def pause_reading(self) -> None:
        """See `Transport.pause_reading`."""
        self._is_paused = True
        self._inner.pause_reading()

    def resume_reading(self) -> None:
        """See `Transport.resume_reading`."""
        self._is_paused = False
        self._inner.resume_reading()
        self._loop.call_soon(self._deliver_late)

    def close(self) -> None:
        """See `Transport.close`; what a fault holds back is sent."""
        if self._is_leaving:
            return
        with self.lock:
            self._out.release(self._loop.time())
            self._send()
            self._is_leaving = True
        self._inner.close()
        self._leave()

    def abort(self) -> None:
        """See `Transport.abort`."""
        self._is_leaving = True
        self._inner.abort()
        self._leave()

    async def wait_closed(self) -> None:
        """See `Transport.wait_closed`."""
        await asyncio.shield(self._closed)

    def data_received(self, data: bytes) -> None:
        """See `Receiver.data_received`."""
        self._in.feed(data, self._loop.time())
        self._deliver()

    def connection_lost(self, error: Exception | None) -> None:
        """See `Receiver.connection_lost`; an orderly end waits for its turn."""
        self._is_inner_over = True
        if self._is_told:
            self._forget(self)
        elif error is not None or self._is_leaving:
            self._tell(self._cut_by or error)
        elif not self._is_deaf:
            self._in.end(self._loop.time())
            self._deliver()

    def release(self) -> None:
        """Deliver what is held; end what only one side believes to be open."""
        now = self._loop.time()
        if self._is_told or self._is_deaf:
            self.cut()
            return
        with self.lock:
            self._out.release(now)
            self._send()
        self._in.release(now)
        self._loop.call_soon(self._deliver_late)

    def cut(self) -> None:
        """This end is told that it was reset, the other that it is over."""
        self._is_leaving = True
        self._cut_by = ConnectionResetError(CUT)
        self._inner.abort()
        # Later, so that a receiver is never called from inside its own call.
        self._loop.call_soon(self._tell, self._cut_by)

    def _send(self) -> None:
        """Put what is due; the caller holds the lock, perhaps in another thread."""
        while (step := self._out.take(self._loop.time())) is not None:
            if isinstance(step, bytes):
                self._inner.put(step)
            else:
                self._soon(self._out_ended, step)
        if self._out.due is not None:
            self._soon(self._wake_at, self._out, self._send_late)

    def _send_late(self) -> None:
        with self.lock:
            self._send()

    def _deliver(self) -> None:
        """Hand over what is due, unless reading is paused."""
        while not self._is_paused and not self._is_told and not self._is_leaving:
            step = self._in.take(self._loop.time())
            if step is None:
                break
            if isinstance(step, bytes):
                assert self._receiver is not None
                self._receiver.data_received(step)
            elif step is End.CUT:
                self.cut()
            else:
                self._tell(None)
        if not self._is_paused:
            self._wake_at(self._in, self._deliver_late)

    def _deliver_late(self) -> None:
        try:
            self._deliver()
        except Exception as error:  # as the inner one does with its own
            self._inner.abort()
            self._tell(error)
            raise

    def _out_ended(self, end: End) -> None:
        if end is End.CUT:
            self.cut()
        elif not self._is_leaving:
            self._is_deaf = True  # the other end is told, this one is not
            self._inner.close()

    def _leave(self) -> None:
        """The owner goes: whatever is still to come is dropped."""
        if self._is_inner_over:  # which it did not know
            self._loop.call_soon(self._tell, None)

    def _tell(self, error: Exception | None) -> None:
        if self._is_told:
            return
        self._is_told = True
        for timer in self._timers.values():
            timer.cancel()
        if self._is_inner_over or self._is_leaving:
            self._forget(self)  # else the other end does not know yet
        if not self._closed.done():
            self._closed.set_result(None)
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.connection_lost(error)

    def _wake_at(self, way: Way, wake: Callable[[], None]) -> None:
        timer = self._timers.pop(way, None)
        if timer is not None:
            timer.cancel()
        due = way.due
        if due is not None and due < math.inf and not self._is_told:
            self._timers[way] = self._loop.call_at(due, wake)

    def _soon(self, function: Callable[..., object], *args: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(function, *args)

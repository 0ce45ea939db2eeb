"""One client's connection, as the server sees it: bytes in, envelopes out.

It knows who is logged in on it and up to which event that client was told, but
not what any request means: that is the desk's business.
"""

import collections
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from imnb.config import Limits
from imnb.devserver.feed import EventFeed
from imnb.devserver.paging import page_bytes
from imnb.devserver.refusal import Refusal
from imnb.errors import ConnectionLost, LocalProtocolError, RemoteProtocolError
from imnb.net.transport import Transport
from imnb.pb import envelope_pb2 as envelope
from imnb.pb.sync_pb2 import EventPush
from imnb.tasks import TaskScope
from imnb.wire.codec import Codec
from imnb.wire.commands import builtin_commands

if TYPE_CHECKING:
    from imnb.models.ids import UserId

PUSH_WINDOW = 256 * 1024
"""Unsent bytes beyond which a connection is asked for room before more events."""
MAX_STREAMS = 4
"""Streamed replies under way on one connection."""
_EVENT_PUSH = builtin_commands().command_of(EventPush)


class Desk(Protocol):
    """Where a connection takes what it received."""

    def answer(self, connection: "Connection", request: envelope.Envelope) -> None:
        """A request came."""

    def has_room(self, connection: "Connection") -> None:
        """The client reads again."""

    def left(self, connection: "Connection", reason: str) -> None:
        """The connection is over; ``reason`` is empty for an orderly end."""


class Connection:
    """One accepted transport with its session.

    Attributes:
        user: who is logged in; None before.
        since: of the log-in, microseconds since 1970, UTC.
        told: the newest event that was pushed, or needs no push.
        acknowledged: the newest event that the device has stored.
        heard_at: when bytes came last, by the server's active clock.
        waiting_since: since when the client has left too much unread, or None.
    """

    user: "UserId | None" = None
    device = ""
    session_id = ""
    client_version = ""
    since = 0
    told = 0
    acknowledged = 0
    waiting_since: float | None = None
    is_closing = False

    def __init__(
        self,
        transport: Transport,
        session: Codec,
        desk: Desk,
        *,
        scope: TaskScope,
        clock: Callable[[], float],
        limits: Limits,
    ) -> None:
        self.opened_at = self.heard_at = clock()
        self._transport = transport
        self._session = session
        self._desk = desk
        self._scope = scope
        self._clock = clock
        self._limits = limits
        self._page_bytes = page_bytes(limits)
        self._requests: collections.deque[envelope.Envelope] = collections.deque()
        self._is_paused = False
        self._streams = 0
        self._reason = ""

    def __repr__(self) -> str:
        who = f"{self.user}/{self.device}" if self.user else "nobody"
        return f"<Connection {self.peer} of {who}, told {self.told}>"

    @property
    def peer(self) -> str:
        """The client's address."""
        return self._transport.peer_address

    @property
    def is_reading(self) -> bool:
        """Silence is the client's: we would hear it."""
        return not self._is_paused

    def data_received(self, data: bytes) -> None:
        """See `Receiver.data_received`."""
        if self.is_closing:
            return
        self.heard_at = self._clock()
        try:
            requests = self._session.feed(data)
        except RemoteProtocolError as error:
            self._refuse(error, data)
            return
        self._put(self._session.take_output())
        self._requests.extend(requests)
        self._serve()

    def connection_lost(self, error: Exception | None) -> None:
        """See `Receiver.connection_lost`."""
        self.is_closing = True
        reason = self._reason or (str(error) if error is not None else "")
        self._desk.left(self, reason)

    def reply(
        self,
        request: envelope.Envelope,
        body: bytes = b"",
        *,
        status: int = 0,
        error: str = "",
        more: bool = False,
    ) -> None:
        """Answer a request; does nothing once the connection is closing."""
        if self.is_closing:
            return
        command, ask_id = request.command, request.ask_id
        try:
            frame = self._session.encode(
                command, ask_id, body, status=status, error=error, more=more
            )
        except LocalProtocolError as too_big:
            text = f"the answer does not fit a frame ({too_big}): ask for less"
            frame = self._session.encode(
                command, ask_id, status=envelope.BAD_REQUEST, error=text
            )
        self._put(frame)

    def push(self, command: int, body: bytes) -> None:
        """Send something unasked."""
        if self.is_closing:
            return
        try:
            frame = self._session.encode(command, 0, body)
        except LocalProtocolError as too_big:
            self.close(f"an event does not fit a frame: {too_big}")
        else:
            self._put(frame)

    def signal(self, command: int, body: bytes) -> bool:
        """Send what is worth nothing later; False if the client is too slow."""
        if self.waiting_since is not None or self._transport.unsent > PUSH_WINDOW:
            return False
        self.push(command, body)
        return True

    def tell(self, feed: EventFeed) -> None:
        """Push the events that are new, as far as the client reads."""
        while (
            self.told < feed.head and self.waiting_since is None and not self.is_closing
        ):
            body, self.told = feed.push(
                self.told, self._limits.push_queue_events, self._page_bytes
            )
            self.push(_EVENT_PUSH, body)
            if self._transport.unsent > PUSH_WINDOW:
                self._wait_for_room()

    def stream(self, request: envelope.Envelope, bodies: Iterator[bytes]) -> None:
        """Answer with many replies, at the pace of the client.

        Raises:
            Refusal: too many such answers are under way.
        """
        if self._streams >= MAX_STREAMS:
            text = f"{MAX_STREAMS} streams are under way already: wait for an end"
            raise Refusal(envelope.OVERLOADED, text)
        self._streams += 1
        self._scope.spawn(self._stream(request, bodies), f"stream to {self.peer}")

    def close(self, reason: str) -> None:
        """Tell the client why, and end the connection when that was sent."""
        if self.is_closing:
            return
        self.is_closing = True
        self._reason = reason
        self._put(self._session.encode_close(reason))
        self._transport.close()

    def drop(self, reason: str) -> None:
        """End the connection at once, as a broken network would."""
        self.is_closing = True
        self._reason = reason
        self._transport.abort()

    async def wait_closed(self) -> None:
        """Return when the connection is over."""
        await self._transport.wait_closed()

    def _serve(self) -> None:
        """Answer what was received, as far as the client reads the answers.

        One read may hold a thousand requests with large answers; what waits is
        at most one read, for the connection is not read meanwhile.
        """
        while self._requests and not self.is_closing:
            if self._transport.unsent > 2 * self._limits.send_queue_bytes:
                self._is_paused = True
                self._transport.pause_reading()
                self._wait_for_room()
                return
            self._desk.answer(self, self._requests.popleft())
        if self._session.peer_close is not None and not self.is_closing:
            self.is_closing = True
            self._transport.close()

    def _put(self, data: bytes) -> None:
        if data:
            with self._transport.lock:
                self._transport.put(data)

    def _refuse(self, error: RemoteProtocolError, data: bytes) -> None:
        """End a connection whose peer broke the protocol."""
        answer = self._session.take_output()
        if not answer:
            self.close(f"{_foreign_protocol(data)}{error}")
            return
        self.is_closing = True  # the handshake has said why by itself
        self._reason = str(error)
        self._put(answer)
        self._transport.close()

    def _wait_for_room(self) -> None:
        if self.waiting_since is None:
            self.waiting_since = self._clock()
            self._scope.spawn(self._until_room(), f"room for {self.peer}")

    async def _until_room(self) -> None:
        try:
            await self._transport.drain()
        except ConnectionLost:
            return
        self.waiting_since = None
        if self._is_paused:
            self._is_paused = False
            self.heard_at = self._clock()
            self._transport.resume_reading()
            self._serve()
        self._desk.has_room(self)

    async def _room(self) -> None:
        """Wait until the client has read enough; it is judged meanwhile."""
        if self._transport.unsent >= self._limits.send_queue_bytes:
            self._wait_for_room()
        await self._transport.drain()

    async def _stream(
        self, request: envelope.Envelope, bodies: Iterator[bytes]
    ) -> None:
        try:
            body = next(bodies)
            for following in bodies:
                await self._room()
                self.reply(request, body, more=True)
                body = following
            await self._room()
            self.reply(request, body)
        except ConnectionLost:
            return
        finally:
            self._streams -= 1


def _foreign_protocol(data: bytes) -> str:
    """What somebody speaks who took this port for another one."""
    if data.startswith((b"GET ", b"POST ", b"HEAD ", b"PUT ", b"OPTIONS ", b"PRI ")):
        return "this port does not speak HTTP, the gateway's does: "
    if data.startswith(b"\x16\x03"):
        return "this port does not speak TLS: "
    return ""

"""One live connection: a transport, a codec, and the judgement that it is alive."""

import asyncio
import contextlib
import enum
from typing import Protocol

from imnb.config import Endpoint, Timeouts
from imnb.engine.beats import Beats
from imnb.engine.clock import (
    SUSPENSION,
    TICK,
    ActiveClock,
    SuspensionMeter,
    elapsed_time,
)
from imnb.engine.heartbeat import Beat, HeartbeatMonitor
from imnb.engine.pacing import Rhythm
from imnb.engine.pending import AskIds
from imnb.errors import (
    ConnectionFailed,
    ConnectionLost,
    LocalProtocolError,
    RemoteProtocolError,
)
from imnb.net.os_error import describe
from imnb.net.transport import Network, Transport
from imnb.pb.envelope_pb2 import Envelope
from imnb.wire.codec import Codec, Headers

UNSENT_LIMIT = 64 * 1024
"""Bytes waiting behind which no beat is put while the loop is frozen."""


class LinkState(enum.StrEnum):
    """Of one connection; the session's states are `imnb.engine.states`."""

    HANDSHAKING = "handshaking"
    OPEN = "open"
    LOST = "lost"


class LinkOwner(Protocol):
    """Whom a link tells."""

    def envelopes_received(self, envelopes: list[Envelope]) -> None:
        """All of one read, in order; never empty."""

    def ticked(self, active: float) -> None:
        """Some `TICK` seconds went by; ``active`` as in `Link.active_time`."""


class Link:
    """A connection that speaks.

    Architecture name: ``IMSocket``.

    Attributes:
        lost: done when the connection is over; `error` says why.
    """

    def __init__(
        self,
        transport: Transport,
        codec: Codec,
        owner: LinkOwner,
        *,
        rhythm: Rhythm,
        timeouts: Timeouts,
    ) -> None:
        self.ask_ids = AskIds()
        self.error: Exception | None = None
        self._transport = transport
        self._codec = codec
        self._owner = owner
        self._timeouts = timeouts
        self._loop = asyncio.get_running_loop()
        now = self._loop.time()
        self._clock = ActiveClock(now)
        self._suspension = SuspensionMeter(now, elapsed_time())
        self._heartbeat = HeartbeatMonitor(rhythm, now)
        self._beats = Beats(self.ask_ids)
        self._last_unsent = 0
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self.lost: asyncio.Future[None] = self._loop.create_future()
        self._put(codec.start())
        self._timer = self._loop.call_later(TICK, self._tick)

    def __repr__(self) -> str:
        return f"<Link {self.address} {self.state}>"

    @classmethod
    async def dial(
        cls,
        network: Network,
        endpoint: Endpoint,
        codec: Codec,
        owner: LinkOwner,
        *,
        rhythm: Rhythm,
        timeouts: Timeouts,
    ) -> "Link":
        """Connect; the handshake is under way, see `wait_open`.

        Raises:
            ConnectionFailed: there is nobody, or nobody who answers.
        """
        made: list[Link] = []

        def make(transport: Transport) -> Link:
            made.append(cls(transport, codec, owner, rhythm=rhythm, timeouts=timeouts))
            return made[0]

        await network.dial(endpoint, make, timeout=timeouts.connect)
        return made[0]

    @property
    def state(self) -> LinkState:
        """Where this connection is; `wait_open` and `lost` tell of changes."""
        if self.error is not None:
            return LinkState.LOST
        return LinkState.OPEN if self._opened.done() else LinkState.HANDSHAKING

    @property
    def address(self) -> str:
        """The peer's, as ``host:port``."""
        return self._transport.peer_address

    @property
    def local_address(self) -> str:
        """This side's, as ``host:port``."""
        return self._transport.local_address

    @property
    def round_trip(self) -> float | None:
        """Seconds that the last answered heartbeat took."""
        return self._heartbeat.round_trip

    def active_time(self) -> float:
        """Seconds, not counting those in which nothing could be received."""
        return self._clock.at(self._loop.time())

    async def wait_open(self) -> None:
        """Return after the handshake.

        Raises:
            ConnectionFailed: the peer ended it, or said nothing.
            RemoteProtocolError: the peer speaks something else.
        """
        await asyncio.wait((self._opened, self.lost), return_when="FIRST_COMPLETED")
        if self.error is not None:
            raise self.error

    def send(
        self, command: int, ask_id: int, body: bytes, headers: Headers = None
    ) -> None:
        """Seal and put; `drain` first."""
        with self._transport.lock:
            frame = self._codec.encode(command, ask_id, body, headers=headers)
            self._transport.put(frame)

    @property
    def has_room(self) -> bool:
        """`drain` would return at once."""
        return self._transport.has_room

    async def drain(self) -> None:
        """Return when the transport takes more."""
        await self._transport.drain()

    def beat_beside_loop(self) -> None:
        """From another thread while the loop is frozen: tell the server that we live.

        What waits leaves first, for a frame sent by half must be whole before
        the next one. Much that the network does not take is given up on: a beat
        behind it would say nothing in time.
        """
        transport = self._transport
        with transport.lock:
            if self.state is LinkState.OPEN:
                transport.send_now()
                if transport.unsent <= UNSENT_LIMIT:
                    beat_id = self._beats.take_beside()
                    transport.put(self._codec.heartbeat(beat_id))

    def pause_reading(self) -> None:
        """Leave what arrives to the network; time-outs stand still meanwhile."""
        self._clock.stop(self._loop.time())
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        self._clock.go(self._loop.time())
        self._transport.resume_reading()

    async def wait_closed(self) -> None:
        """After `end`: return when the socket is gone."""
        await self._transport.wait_closed()

    def end(self, error: Exception, tell_peer: str = "") -> None:
        """The connection is over because of ``error``; the first one counts.

        With ``tell_peer`` the peer gets these words in a close frame; before the
        handshake there is nobody yet who would understand one.
        """
        if self.error is not None:
            return
        self.error = error
        self._timer.cancel()
        if tell_peer and self._opened.done():
            # A codec that broke off in the middle has nothing more to say.
            with contextlib.suppress(LocalProtocolError), self._transport.lock:
                self._transport.put(self._codec.encode_close(tell_peer))
            self._transport.close()
        else:
            self._transport.abort()
        self.lost.set_result(None)

    def data_received(self, data: bytes) -> None:
        """See `Receiver`."""
        if self.error is not None:
            return
        try:
            envelopes = self._codec.feed(data)
        except RemoteProtocolError as error:
            self.end(type(error)(f"{self.address}: {error}"), type(error).__name__)
            return
        self._heartbeat.heard(whole=bool(envelopes))
        self._put(self._codec.take_output())
        if self._codec.established and not self._opened.done():
            self._opened.set_result(None)
        envelopes, is_answered = self._beats.take_out(envelopes)
        if is_answered:
            self._heartbeat.answered(self.active_time())
        if envelopes:
            self._owner.envelopes_received(envelopes)
        if self._codec.peer_close is not None:
            reason = self._codec.peer_close or "no reason given"
            self._gone(f"the server closed the connection: {reason}")

    def connection_lost(self, error: Exception | None) -> None:
        """See `Receiver`."""
        if error is None:
            why = "the server closed the connection"
        else:
            # A NAT that forgot the connection may say so instead of nothing.
            self._heartbeat.failed()
            why = describe(error) if isinstance(error, OSError) else str(error)
        self._gone(why)

    def _gone(self, why: str) -> None:
        if self._opened.done():
            self.end(ConnectionLost(f"{self.address}: {why}"))
        else:
            self.end(
                ConnectionFailed(
                    f"{self.address}: {why} (during the handshake); check that this "
                    "is an imnb server, that its key is the expected one, and whether "
                    "it wants TLS"
                )
            )

    def _put(self, data: bytes) -> None:
        if data:
            with self._transport.lock:
                self._transport.put(data)

    def _tick(self) -> None:
        now = self._loop.time()
        active = self._clock.tick(now)
        if self._suspension.tick(now, elapsed_time()) > SUSPENSION:
            self._heartbeat.suspended(active)
        self._timer = self._loop.call_later(TICK, self._tick)
        if self._opened.done():
            self._check_peer(now, active)
        elif active >= self._timeouts.handshake:
            self.end(
                ConnectionFailed(
                    f"{self.address}: accepted the connection, but did not answer the "
                    f"handshake within {self._timeouts.handshake:g} s; "
                    "check that this is an imnb server"
                )
            )
        self._owner.ticked(active)

    def _check_peer(self, now: float, active: float) -> None:
        unsent = self._transport.unsent
        if unsent < self._last_unsent:
            # The network takes bytes; a beat may wait behind many of them.
            self._heartbeat.heard()
        self._last_unsent = unsent
        beat = self._heartbeat.check(now, active)
        if beat is Beat.SEND:
            beat_id = self._beats.take()
            with self._transport.lock:
                self._transport.put(self._codec.heartbeat(beat_id))
            self._heartbeat.sent(now, active)
        elif beat is Beat.DEAD:
            why = "no answer to a heartbeat, the connection is dead"
            self.end(ConnectionLost(f"{self.address}: {why}"))

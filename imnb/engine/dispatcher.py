"""Questions to the server and the replies that find their way back."""

import asyncio
import dataclasses
import logging
from typing import Protocol

from google.protobuf.message import Message

from imnb.config import Limits
from imnb.engine.gate import ReadingGate
from imnb.engine.link import Link
from imnb.engine.pending import AskIds, PendingTable
from imnb.engine.reply import read_reply
from imnb.engine.stream import Stream
from imnb.errors import (
    CallTimeout,
    ConnectionLost,
    ImnbError,
    NotConnected,
)
from imnb.pb.envelope_pb2 import Envelope
from imnb.wire.commands import Method

log = logging.getLogger(__name__)


class Waiter(Protocol):
    """Who is told about a question's fate; each method may be called late."""

    def replied(self, envelope: Envelope) -> None:
        """The server answered."""

    def failed(self, error: Exception) -> None:
        """There will be no answer."""

    def expired(self, timeout: float) -> None:
        """There was no answer in time."""


class Ask:
    """A question with one answer."""

    def __init__(self, method: Method, table: PendingTable[Waiter]) -> None:
        self.ask_id = 0
        self._method = method
        self._table = table
        self._reply: asyncio.Future[Message]
        self._reply = asyncio.get_running_loop().create_future()

    def __repr__(self) -> str:
        return f"<Ask {self._method.name} {self.ask_id}>"

    async def reply(self) -> Message:
        """Wait for the answer; whatever happens, nothing is left behind."""
        try:
            return await self._reply
        finally:
            self._table.remove(self.ask_id)

    def replied(self, envelope: Envelope) -> None:
        """See `Waiter`."""
        if self._reply.done():
            return
        try:
            self._reply.set_result(read_reply(self._method, envelope))
        except ImnbError as error:
            self._reply.set_exception(error)

    def failed(self, error: Exception) -> None:
        """See `Waiter`."""
        if not self._reply.done():
            self._reply.set_exception(error)

    def expired(self, timeout: float) -> None:
        """See `Waiter`."""
        self.failed(
            CallTimeout(
                f"{self._method.name}: no reply within {timeout:g} s; "
                "the server may have carried it out"
            )
        )


class Room:
    """The wait of a question that was not sent yet."""

    def __init__(self, method: Method) -> None:
        self._method = method
        self._guard = asyncio.timeout(None)
        self._timeout = 0.0

    def __repr__(self) -> str:
        return f"<Room for {self._method.name}>"

    async def wait(self, link: Link) -> None:
        """Return when the link takes more.

        Raises:
            CallTimeout: it did not in time.
            ConnectionLost: it ended meanwhile.
        """
        try:
            async with self._guard:
                await link.drain()
        except TimeoutError:
            error = CallTimeout(
                f"{self._method.name}: the connection took nothing for "
                f"{self._timeout:g} s; nothing was sent"
            )
            error.may_have_acted = False
            raise error from None

    def expired(self, timeout: float) -> None:
        """There was no room in time."""
        self._timeout = timeout
        self._guard.reschedule(asyncio.get_running_loop().time())


@dataclasses.dataclass(slots=True)
class _Connection:
    """The link that is up, what was asked on it, and what waits until it is."""

    link: Link
    table: PendingTable[Waiter]
    queue: PendingTable[Room]


class RequestDispatcher:
    """Gives ask ids, routes replies, sweeps deadlines, for one link at a time.

    Architecture name: ``IMRequestDispatcher``.
    """

    def __init__(self, gate: ReadingGate, limits: Limits) -> None:
        self._gate = gate
        self._limits = limits
        self._current: _Connection | None = None
        self._streams: dict[Stream, int] = {}
        self._full: set[Stream] = set()
        self._late = 0
        self._unknown = 0

    def __repr__(self) -> str:
        return f"<RequestDispatcher: {self.waiting} waiting, {self.late} late>"

    @property
    def waiting(self) -> int:
        """Questions without an answer yet, sent or not."""
        current = self._current
        return len(current.table) + len(current.queue) if current else 0

    @property
    def late(self) -> int:
        """Replies that nobody waited for any more."""
        return self._late + (self._current.table.late if self._current else 0)

    @property
    def unknown(self) -> int:
        """Replies to questions that were never asked."""
        return self._unknown + (self._current.table.unknown if self._current else 0)

    def attach(self, link: Link) -> None:
        """Questions go to this link from now on."""
        limit = self._limits.max_pending_calls
        table = PendingTable[Waiter](link.ask_ids, limit)
        queue = PendingTable[Room](AskIds(), limit)
        self._current = _Connection(link, table, queue)

    def detach(self, error: Exception) -> None:
        """The link is gone: all who wait are told."""
        if self._current is None:
            return
        table, self._current = self._current.table, None
        self._late += table.late
        self._unknown += table.unknown
        for waiter in table.clear():
            waiter.failed(ConnectionLost(str(error)))

    async def room(self, method: Method, timeout: float) -> None:
        """Wait until the link takes more.

        Raises:
            CallTimeout: it did not in time; nothing was sent.
            NotConnected: there is no link, or none any more.
            TooManyCalls: too many wait already.
        """
        current = self._require()
        link, queue, room = current.link, current.queue, Room(method)
        key = queue.add(room, timeout, link.active_time())
        try:
            await room.wait(link)
        except ConnectionLost as error:
            raise NotConnected(f"{error}; nothing was sent") from error
        finally:
            queue.remove(key)

    def ask(self, method: Method, body: bytes, timeout: float) -> Ask:
        """Send a question; wait for `Ask.reply` at once.

        Raises:
            NotConnected: there is no link.
            TooManyCalls: too many wait already.
            LocalProtocolError: ``body`` is too big for one frame.
        """
        current = self._require()
        ask = Ask(method, current.table)
        ask.ask_id = self._send(current, ask, method, body, timeout)
        return ask

    def ask_stream(
        self, stream: Stream, method: Method, body: bytes, timeout: float
    ) -> None:
        """Send the question of a stream, whose replies go to it from now on.

        Raises:
            NotConnected: there is no link.
            TooManyCalls: too many wait already.
        """
        ask_id = self._send(self._require(), stream, method, body, timeout)
        self._streams[stream] = ask_id
        stream.sent(method, self)

    def answer(self, envelope: Envelope) -> None:
        """A reply came."""
        if self._current is None:
            return
        now = self._current.link.active_time()
        waiter = self._current.table.answer(envelope.ask_id, envelope.more, now)
        if waiter is None:
            log.debug("a reply to ask %d: nobody waits for it", envelope.ask_id)
        else:
            waiter.replied(envelope)

    def sweep(self, active: float) -> None:
        """Tell those whose time is over; called at every tick."""
        current = self._current
        if current is not None:
            for entry in current.table.expire(active):
                entry.waiter.expired(entry.timeout)
            for waiting in current.queue.expire(active):
                waiting.waiter.expired(waiting.timeout)
        for stream in list(self._full):
            stream.tick()

    def stream_full(self, stream: Stream, full: bool) -> None:
        """See `StreamOwner`."""
        why = f"stream {stream.name} {id(stream)}"
        if full:
            self._full.add(stream)
            self._gate.pause(why)
        else:
            self._full.discard(stream)
            self._gate.resume(why)

    def stream_over(self, stream: Stream) -> None:
        """See `StreamOwner`."""
        ask_id = self._streams.pop(stream, 0)
        if self._current is not None:
            self._current.table.remove(ask_id)

    def _require(self) -> _Connection:
        if self._current is None:
            raise NotConnected("not connected, nothing was sent: wait until online")
        return self._current

    @staticmethod
    def _send(
        current: _Connection,
        waiter: Waiter,
        method: Method,
        body: bytes,
        timeout: float,
    ) -> int:
        link, table = current.link, current.table
        ask_id = table.add(waiter, timeout, link.active_time())
        try:
            link.send(method.command, ask_id, body)
        except BaseException:
            table.remove(ask_id)
            raise
        return ask_id

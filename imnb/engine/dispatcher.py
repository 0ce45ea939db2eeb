"""Questions to the server and the replies that find their way back."""

import dataclasses
import logging

from imnb.config import Limits
from imnb.engine.ask import Ask, Waiter
from imnb.engine.gate import ReadingGate
from imnb.engine.link import Link
from imnb.engine.pending import PendingTable, Strays
from imnb.engine.requests import Question
from imnb.engine.stream import Stream
from imnb.engine.waiting_room import WaitingRoom
from imnb.errors import ConnectionLost, EnvironmentChanged, NotConnected
from imnb.pb.envelope_pb2 import Envelope
from imnb.tasks.killpoints import reached

log = logging.getLogger(__name__)


@dataclasses.dataclass(slots=True)
class _Connection:
    """The link that is up, what was asked on it, and what waits until it is."""

    link: Link
    table: PendingTable[Waiter]
    room: WaitingRoom


class RequestDispatcher:
    """Gives ask ids, routes replies, sweeps deadlines, for one link at a time.

    Architecture name: ``IMRequestDispatcher``.

    Attributes:
        strays: counts of the replies that were for nobody.
        away: what to do, or why there is no more to be done, without a link.
    """

    def __init__(self, gate: ReadingGate, limits: Limits) -> None:
        self.strays = Strays()
        self.away = "log in first"
        self._gate = gate
        self._limits = limits
        self._current: _Connection | None = None
        self._streams: dict[Stream, int] = {}
        self._full: set[Stream] = set()

    def __repr__(self) -> str:
        return f"<RequestDispatcher: {self.waiting} waiting, {self.strays}>"

    @property
    def waiting(self) -> int:
        """Questions without an answer yet, sent or not."""
        current = self._current
        return len(current.table) + len(current.room) if current else 0

    @property
    def late(self) -> int:
        """Replies that nobody waited for any more."""
        return self.strays.late

    @property
    def unknown(self) -> int:
        """Replies to questions that were never asked."""
        return self.strays.unknown

    def attach(self, link: Link) -> None:
        """Questions go to this link from now on."""
        limit = self._limits.max_pending_calls
        table = PendingTable[Waiter](link.ask_ids, limit, self.strays)
        self._current = _Connection(link, table, WaitingRoom(link, limit))

    def detach(self, error: Exception) -> None:
        """The link is gone: all who wait are told."""
        if self._current is None:
            return
        table, self._current = self._current.table, None
        self._streams.clear()  # their ask ids were those of this link
        is_moving = isinstance(error, EnvironmentChanged)
        kind = EnvironmentChanged if is_moving else ConnectionLost
        for waiter in table.clear():
            lost = kind(str(error))
            lost.may_have_acted = True
            waiter.failed(lost)

    async def room(self, question: Question) -> None:
        """Wait until the link takes more and nobody goes first; then ask at once.

        Raises:
            CallTimeout: it did not in time; nothing was sent.
            NotConnected: there is no link, or none any more.
            TooManyCalls: too many wait already.
        """
        name, timeout = question.method.name, question.timeout
        await self._require().room.wait(name, timeout, question.priority)

    def ask(self, question: Question) -> Ask:
        """Send a question; wait for `Ask.reply` at once.

        Raises:
            NotConnected: there is no link.
            TooManyCalls: too many wait already.
            LocalProtocolError: it is too big for one frame.
        """
        current = self._require()
        ask = Ask(question.method, current.table)
        ask.ask_id = self._send(current, ask, question)
        return ask

    def ask_stream(self, stream: Stream, question: Question) -> int:
        """Send the question of a stream, whose replies go to it from now on.

        Returns:
            the ask id.

        Raises:
            NotConnected: there is no link.
            TooManyCalls: too many wait already.
            LocalProtocolError: it is too big for one frame.
        """
        ask_id = self._send(self._require(), stream, question)
        self._streams[stream] = ask_id
        stream.sent(question.method, self)
        return ask_id

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
            current.room.sweep(active)
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
            raise NotConnected(f"not connected, nothing was sent: {self.away}")
        return self._current

    @staticmethod
    def _send(current: _Connection, waiter: Waiter, question: Question) -> int:
        link, table = current.link, current.table
        ask_id = table.add(waiter, question.timeout, link.active_time())
        try:
            reached("link.before_send")
            link.send(question.method.command, ask_id, question.body, question.headers)
            reached("link.after_send")
        except BaseException:
            table.unask(ask_id)
            raise
        return ask_id

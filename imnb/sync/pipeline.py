"""From what the server says to rows in the store, whichever way it came.

Pushes and pulls move the cursor: the rows of a batch and the position they end
at are one transaction, and the writer refuses a batch that does not begin where
the stored position ends. So a batch that fails takes those behind it along, and
nothing is lost: the next synchronisation asks for them again.
"""

import asyncio
import dataclasses
import functools
import logging
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from imnb.errors import EnvelopeError, StoreError
from imnb.pb import model_pb2, sync_pb2
from imnb.store.tables import cursor as cursor_table
from imnb.store.tables.unprocessed import Failure
from imnb.store.transaction import Transaction
from imnb.sync.arrivals import Arrivals
from imnb.sync.changes import Changes, ReportError, read_events, read_messages
from imnb.sync.channels import PULL, PUSH, Channel, ChannelTable
from imnb.sync.cursor import EventCursor
from imnb.sync.plugins import PluginTable, Row
from imnb.sync.plugins.plugin import KIND

log = logging.getLogger(__name__)

T = TypeVar("T")


class Writer(Protocol):
    """The store, as far as this module is concerned."""

    def submit(
        self, change: Callable[[Transaction], T], rows: int = 1
    ) -> asyncio.Future[T]:
        """Write soon; the future resolves after COMMIT."""


@dataclasses.dataclass(slots=True)
class Listeners:
    """Who is told what the pipeline notices; each is called on the loop."""

    stored: Callable[[int], None] = lambda _: None
    """Everything up to this event is committed."""
    gap: Callable[[], None] = lambda: None
    """An event is missing: see `EventCursor.pull_at`."""
    broken: Callable[[Exception], None] = lambda _: None
    """A batch could not be stored."""
    reset: Callable[[], None] = lambda: None
    """The store began anew; it may have holes."""
    senders: Callable[[set[str]], None] = lambda _: None
    """These people wrote something."""
    wanting: Callable[[], None] = lambda: None
    """What was committed has to be completed from the server."""


class MessagePipeline:
    """Builds, validates, runs plugins, hands to the writer.

    Architecture name: ``IMMessageProcesser``.

    Attributes:
        epoch: names the server's state that the cursor belongs to.
        resets: how often the store began anew: an answer to what was asked for
            before may be too old.
        cursor: which events were handed to the writer.
        channels: the ways in; third parties register theirs.
        plugins: what is done with messages of particular kinds.
        listeners: who is told.
    """

    def __init__(
        self,
        writer: Writer,
        cursor: EventCursor[sync_pb2.Event],
        *,
        clock: Callable[[], float],
        report: ReportError,
    ) -> None:
        self.epoch = ""
        self.resets = 0
        self.cursor = cursor
        self.channels = ChannelTable()
        self.plugins = PluginTable(report)
        self.listeners = Listeners()
        self._writer = writer
        self._clock = clock
        self._report = report
        self._unfinished: set[asyncio.Future[bool]] = set()
        self._is_broken = False

    def __repr__(self) -> str:
        return f"<MessagePipeline {self.cursor!r}, {len(self._unfinished)} writes>"

    def receive(self, pushes: list[sync_pb2.EventPush]) -> None:
        """All pushes of one read; this is the hot path and does not wait."""
        cursor, now = self.cursor, self._clock()
        start, advance = cursor.position, cursor.advance
        ready: list[sync_pb2.Event] = []
        append = ready.append
        for push in pushes:
            events = push.events
            count = len(events)
            # Iterating over a container of protobuf costs more than one look-up.
            if count == 1 and advance((event := events[0]).event_seq):
                append(event)
            elif count and _is_contiguous(events):
                ready += cursor.offer(events[0].event_seq, events, now)
            else:  # one with gaps would lose what is in them: it is pulled
                cursor.told(push.head, is_behind=push.behind or count > 0)
        cursor.told(pushes[-1].head)
        if ready:
            self._submit(ready, start, PUSH)
        if cursor.pull_at is not None:
            self.listeners.gap()

    def pulled(self, reply: sync_pb2.PullReply) -> None:
        """One page of events that were asked for.

        Raises:
            EnvelopeError: some are missing among them.
        """
        cursor = self.cursor
        cursor.told(reply.head)
        if reply.events:
            start, first = cursor.position, reply.events[0].event_seq
            if not _is_contiguous(reply.events):
                raise EnvelopeError(f"a pull brought events from {first} with gaps")
            ready = cursor.offer(first, reply.events, self._clock())
            if ready:
                self._submit(ready, start, PULL)

    def pause(self) -> None:
        """There is another connection, or none: keep what comes for `resume`."""
        self.cursor.hold()
        self.cursor.forget()

    def resume(self, epoch: str, position: int) -> None:
        """Go on from what the store has; nothing may be unfinished."""
        self.epoch = epoch
        self._is_broken = False
        ready = self.cursor.restart(position, self._clock())
        if ready:
            self._submit(ready, position, PUSH)
        if self.cursor.pull_at is not None:  # nothing else may ever come
            self.listeners.gap()

    async def put(self, name: str, messages: Sequence[model_pb2.Message]) -> int:
        """Store messages that did not come as events, by the channel's name.

        Returns:
            How many were new.

        Raises:
            ConfigError: no such channel.
            EnvelopeError: a message makes no sense.
            StoreError: they could not be stored.
        """
        arrivals = self.read(self.channels[name], messages)
        if not arrivals:
            return 0
        return await self._writer.submit(arrivals.store, len(arrivals))

    def read(self, channel: Channel, messages: Sequence[model_pb2.Message]) -> Arrivals:
        """Messages that did not come as events, seen by the plugins of the channel.

        Raises:
            EnvelopeError: one of them makes no sense.
        """
        rows, states = read_messages(messages)
        arrivals = self._arrivals(rows, channel)
        arrivals.states = states
        return arrivals

    async def settle(self) -> None:
        """Wait until nothing that was received is on its way to the store."""
        while self._unfinished:
            await asyncio.wait(self._unfinished)

    async def ease(self) -> None:
        """Wait until some of it has got there: the writer never runs dry."""
        if self._unfinished:
            await asyncio.wait(self._unfinished, return_when=asyncio.FIRST_COMPLETED)

    async def flush(self) -> None:
        """Wait until all that was received is committed.

        Raises:
            StoreError: something could not be stored.
        """
        await self.settle()
        if self._is_broken:
            raise StoreError("received events could not be stored")

    def _submit(
        self, events: Sequence[sync_pb2.Event], start: int, channel: Channel
    ) -> None:
        changes = read_events(events, self._report, self.plugins.readers)
        changes.arrivals = self._arrivals(changes.rows, channel)
        end = self.cursor.position
        batch = _Batch(changes, self.epoch, start, end)
        future = self._writer.submit(batch.apply, max(changes.size, 1))
        self._unfinished.add(future)
        future.add_done_callback(functools.partial(self._finished, end))
        self.listeners.senders({row[3] for row in changes.rows})

    def _arrivals(self, rows: list[Row], channel: Channel) -> Arrivals:
        plugins, failures = self.plugins, list[Failure]()
        wanted = plugins.processed
        if wanted and not wanted.isdisjoint([row[KIND] for row in rows]):
            rows = plugins.run(rows, channel, failures)
        return Arrivals(
            rows,
            failures=failures,
            recorders=plugins.recorders,
            hidden=plugins.hidden_kinds,
        )

    def _finished(self, end: int, future: asyncio.Future[bool]) -> None:
        self._unfinished.discard(future)
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            self.listeners.stored(end)
            if future.result():
                self.listeners.wanting()
        elif not self._is_broken:
            self._is_broken = True
            self.cursor.hold()
            self._report("storing events", error)
            self.listeners.broken(StoreError(f"events could not be stored: {error}"))


def _is_contiguous(events: Sequence[sync_pb2.Event]) -> bool:
    """As far as its ends tell, which costs nothing."""
    return events[-1].event_seq - events[0].event_seq == len(events) - 1


@dataclasses.dataclass(frozen=True, slots=True)
class _Batch:
    """Events from ``start`` (exclusive) to ``end``, as one change of the store."""

    changes: Changes
    epoch: str
    start: int
    end: int

    def apply(self, tx: Transaction) -> bool:
        """In the writer's thread; may run twice; see `Changes.apply`."""
        if tx.position.at != (self.epoch, self.start):
            raise StoreError(
                f"events from {self.start} do not follow the stored position "
                f"{tx.position.at[1]}: those before them failed"
            )
        is_wanting = self.changes.apply(tx)
        cursor_table.save(tx, self.epoch, self.end)
        return is_wanting

"""Everything that keeps one account's store and server in step, put together."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from imnb.config import Limits, Timeouts
from imnb.engine.notifications import BatchHandler, M
from imnb.errors import (
    CallError,
    ClosedError,
    ConnectionLost,
    ImnbError,
    NotConnected,
    TooManyCalls,
)
from imnb.models.ids import UserId
from imnb.pb.chat_pb2 import Delivered, Presence, Typing
from imnb.pb.sync_pb2 import Event, EventPush
from imnb.store.database import Database
from imnb.store.tables import part
from imnb.sync.acknowledge import Acknowledger
from imnb.sync.attachments import Upload, no_upload
from imnb.sync.caller import Caller
from imnb.sync.catchup import CatchUp
from imnb.sync.contacts import Contacts
from imnb.sync.cursor import EventCursor
from imnb.sync.delivery import Delivery
from imnb.sync.drafts import Drafts
from imnb.sync.fetcher import Fetching
from imnb.sync.groups import Groups
from imnb.sync.history import History
from imnb.sync.newest import Newest
from imnb.sync.outbox import Outbox
from imnb.sync.pipeline import Listeners, MessagePipeline
from imnb.sync.plugins.keeping import PluginStores
from imnb.sync.reconcile import Reconcile
from imnb.sync.reset import Reset
from imnb.sync.revisions import Revisions
from imnb.sync.signals import Signals
from imnb.sync.users import UserDirectory
from imnb.tasks import TaskScope

log = logging.getLogger(__name__)

PRESSURE = "the store is behind"
RETRY_AFTER = 5.0
"""Seconds until history that did not come on a living connection is asked for."""


class SyncEngine(Caller, Protocol):
    """An engine, as far as this package is concerned."""

    scope: TaskScope

    def subscribe_batch(
        self, message_type: type[M], handler: BatchHandler[M]
    ) -> Callable[[], None]:
        """Call ``handler`` with all pushes of one read."""

    def pause_reading(self, why: str) -> None:
        """Take nothing from the network."""

    def resume_reading(self, why: str) -> None:
        """Read again."""

    def drop(self, reason: str) -> None:
        """End the connection; the session connects again."""


class Synchroniser:
    """Owns the parts; the session tells it when there is a connection.

    Attributes:
        pipeline: with its channels and plugins.
        stores: what plugins keep in tables of their own.
        outbox: my messages on their way out.
        drafts: what I have written and not sent, and other preferences.
        history: older messages on demand.
        revisions: what changed while events were missed.
        groups: conversations that changed, and their members.
        contacts: my address book.
        users: names of people.
        signals: who is typing, who is there.
    """

    def __init__(
        self,
        engine: SyncEngine,
        database: Database,
        *,
        me: UserId,
        limits: Limits,
        timeouts: Timeouts,
        upload: Upload = no_upload,
    ) -> None:
        clock, scope = asyncio.get_running_loop().time, engine.scope
        self._engine = engine
        self._database = database
        self._scope = scope
        self.cursor: EventCursor[Event] = EventCursor(
            limit=limits.gap_buffer_events, patience=timeouts.gap
        )
        self.pipeline = MessagePipeline(
            database, self.cursor, clock=clock, report=scope.report
        )
        self.stores = PluginStores(database, self.pipeline.plugins)
        self.outbox = Outbox(
            engine, database, self.pipeline, scope, me=me, upload=upload
        )
        self.drafts = Drafts(engine, database, scope)
        self._make_fetchers(engine)
        self.signals = Signals(engine, me, scope.report)
        self._delivery = Delivery(database, scope.report)
        self._acknowledger = Acknowledger(engine)
        self._catchup = self._make_catchup(engine, me)
        self._reconcile = Reconcile(
            engine,
            self._told,
            self._complete,
            interval=timeouts.reconcile,
            sleep=asyncio.sleep,
        )
        self._subscriptions: list[Callable[[], None]] = []
        self._background: list[asyncio.Task[None]] = []

    def __repr__(self) -> str:
        return f"<Synchroniser {self.cursor!r}, {self.outbox!r}>"

    @property
    def fetchers(self) -> dict[str, Fetching]:
        """All that brings something from the server; each has a ``state``."""
        return {
            "offline messages": self._catchup,
            "history": self.history.fetcher,
            "changed messages": self.revisions.fetcher,
            "contacts": self.contacts.fetcher,
            "groups": self.groups.fetcher,
            "members": self.groups.members,
            "profiles": self.users.fetcher,
        }

    async def open(self) -> None:
        """Begin to listen; there need not be a connection."""
        self.pipeline.listeners = Listeners(
            stored=self._acknowledger.stored,
            gap=self._catchup.wake,
            broken=lambda error: self._engine.drop(str(error)),
            reset=self._was_reset,
            senders=self._seen,
            wanting=self._wanting,
        )
        self._database.on_pressure = self._pressed
        await self.users.open()
        self.pipeline.pause()
        subscribe = self._engine.subscribe_batch
        self._subscriptions = [
            subscribe(EventPush, self.pipeline.receive),
            subscribe(Delivered, self._delivery.receive),
            subscribe(Typing, self.signals.typed),
            subscribe(Presence, self.signals.came_or_went),
        ]
        self._scope.spawn(self._acknowledger.run(), "acknowledge")
        self._scope.spawn(self._catchup.watch(), "catch up")
        self._scope.spawn(self.stores.run(), "plugin stores")

    async def connecting(self) -> None:
        """Another connection is being made: the last one brings nothing more."""
        self.pipeline.pause()
        self.signals.disconnected()
        await self._end_background()
        await self.outbox.go_offline()

    async def synchronise(self, epoch: str, head: int) -> None:
        """Logged in: catch up to ``head``, then send what waits.

        Raises:
            CallError: the server did not answer as it should.
            ConnectionLost: the connection ended.
            StoreError: something could not be stored.
        """
        await self._catchup.synchronise(epoch, head)
        self._acknowledger.restart(self.cursor.position)
        await self.outbox.go_online()
        self.drafts.wake()
        self.users.fetcher.retry()
        self.groups.retry()
        spawn = self._scope.spawn
        self._background = [
            spawn(self._fill(), "fill history"),
            spawn(self._look(), "look for changes"),
            spawn(self._reconcile.run(), "reconcile"),
            spawn(self._watch(), "watch presence"),
        ]

    async def close(self, kind: type[ImnbError] = ClosedError) -> None:
        """Stop; what was received is committed. Call it after the engine's.

        Who waits for a message to be accepted gets an error of ``kind``.
        """
        for unsubscribe in self._subscriptions:
            unsubscribe()
        self.signals.close()
        self._delivery.flush()
        self.groups.close()
        for fetcher in (self.users, self.history, self.revisions, self.contacts):
            fetcher.fetcher.close()
        await self.outbox.close(kind)
        await self._end_background()
        await self.drafts.close()
        await self.pipeline.settle()
        self._database.on_pressure = None

    def _make_fetchers(self, caller: Caller) -> None:
        database, pipeline, scope = self._database, self.pipeline, self._scope
        clock = asyncio.get_running_loop().time
        self.revisions = Revisions(caller, database, pipeline, scope, clock)
        self.history = History(caller, database, pipeline, scope, clock, self.revisions)
        self.groups = Groups(caller, database, scope, clock)
        self.contacts = Contacts(caller, database, scope, clock)
        self.users = UserDirectory(caller, database, scope, clock)

    def _make_catchup(self, caller: Caller, me: UserId) -> CatchUp:
        return CatchUp(
            caller,
            self._database,
            self.pipeline,
            Reset(caller, self._database, self.pipeline, me, self._scope.report),
            Newest(caller, self._database, self.pipeline),
            clock=asyncio.get_running_loop().time,
            report=self._scope.report,
        )

    async def _fill(self) -> None:
        while True:
            try:
                await self.revisions.catch_up_in_background()
                return await self.history.fill_in_background()
            except (ConnectionLost, NotConnected) as error:
                log.info("history is filled on the next connection: %s", error)
                return None
            except CallError as error:
                log.info("history is filled later: %s", error)
                await asyncio.sleep(RETRY_AFTER)

    async def _end_background(self) -> None:
        background, self._background = self._background, []
        for task in background:
            task.cancel()
        if background:
            await asyncio.wait(background)

    def _was_reset(self) -> None:
        """Look for holes anew; during log-in that comes later by itself."""
        if self._background:
            self._background[0].cancel()
            self._background[0] = self._scope.spawn(self._fill(), "fill history")
            self._wanting()

    def _wanting(self) -> None:
        """A batch was committed that does not say all; at log-in that comes later."""
        if self._background:
            self._background[1].cancel()
            self._background[1] = self._scope.spawn(self._look(), "look for changes")

    async def _watch(self) -> None:
        try:
            await self.signals.connected()
        except (ConnectionLost, NotConnected) as error:
            log.info("presence is asked for on the next connection: %s", error)

    async def _look(self) -> None:
        self.contacts.look()
        await self.groups.look()

    async def _complete(self) -> None:
        await self._look()
        await self._database.write(part.expire)
        await self.revisions.catch_up_in_background()

    def _told(self, head: int) -> None:
        self.cursor.told(head, is_behind=True)
        self._catchup.wake()

    def _seen(self, senders: set[str]) -> None:
        try:
            self.users.seen(senders)
        except TooManyCalls as error:
            log.warning("names are not fetched now: %s", error)

    def _pressed(self, is_behind: bool) -> None:
        if is_behind:
            self._engine.pause_reading(PRESSURE)
        else:
            self._engine.resume_reading(PRESSURE)

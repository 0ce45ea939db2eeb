"""Everything that keeps one account's store and server in step, put together."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from imnb.config import Limits, Timeouts
from imnb.engine.notifications import BatchHandler
from imnb.errors import (
    CallError,
    ClosedError,
    ConnectionLost,
    ImnbError,
    NotConnected,
    TooManyCalls,
)
from imnb.models.ids import UserId
from imnb.pb.sync_pb2 import Event, EventPush
from imnb.store.database import Database
from imnb.sync.acknowledge import Acknowledger
from imnb.sync.caller import Caller
from imnb.sync.catchup import CatchUp
from imnb.sync.cursor import EventCursor
from imnb.sync.history import History
from imnb.sync.outbox import Outbox
from imnb.sync.pipeline import Listeners, MessagePipeline
from imnb.sync.reset import Reset
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
        self, message_type: type[EventPush], handler: BatchHandler[EventPush]
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
        outbox: my messages on their way out.
        history: older messages on demand.
        users: names of people.
    """

    def __init__(
        self,
        engine: SyncEngine,
        database: Database,
        *,
        me: UserId,
        limits: Limits,
        timeouts: Timeouts,
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
        self.outbox = Outbox(engine, database, self.pipeline, scope, me=me)
        self.history = History(engine, database, self.pipeline, scope, clock)
        self.users = UserDirectory(engine, database, scope, clock)
        self._acknowledger = Acknowledger(engine)
        self._catchup = CatchUp(
            engine,
            database,
            self.pipeline,
            Reset(engine, database, self.pipeline, me),
            clock=clock,
            report=scope.report,
        )
        self._unsubscribe: Callable[[], None] = lambda: None
        self._background: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<Synchroniser {self.cursor!r}, {self.outbox!r}>"

    async def open(self) -> None:
        """Begin to listen; there need not be a connection."""
        self.pipeline.listeners = Listeners(
            stored=self._acknowledger.stored,
            gap=self._catchup.wake,
            broken=lambda error: self._engine.drop(str(error)),
            reset=self._was_reset,
            senders=self._seen,
        )
        self._database.on_pressure = self._pressed
        await self.users.open()
        self.pipeline.pause()
        self._unsubscribe = self._engine.subscribe_batch(
            EventPush, self.pipeline.receive
        )
        self._scope.spawn(self._acknowledger.run(), "acknowledge")
        self._scope.spawn(self._catchup.watch(), "catch up")

    async def connecting(self) -> None:
        """Another connection is being made: the last one brings nothing more."""
        self.pipeline.pause()
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
        self.users.fetcher.retry()
        self._background = self._scope.spawn(self._fill(), "fill history")

    async def close(self, kind: type[ImnbError] = ClosedError) -> None:
        """Stop; what was received is committed. Call it after the engine's.

        Who waits for a message to be accepted gets an error of ``kind``.
        """
        self._unsubscribe()
        self.users.fetcher.close()
        self.history.fetcher.close()
        await self.outbox.close(kind)
        await self._end_background()
        await self.pipeline.settle()
        self._database.on_pressure = None

    async def _fill(self) -> None:
        while True:
            try:
                return await self.history.fill_in_background()
            except (ConnectionLost, NotConnected) as error:
                log.info("history is filled on the next connection: %s", error)
                return None
            except CallError as error:
                log.info("history is filled later: %s", error)
                await asyncio.sleep(RETRY_AFTER)

    async def _end_background(self) -> None:
        background, self._background = self._background, None
        if background is not None:
            background.cancel()
            await asyncio.wait([background])

    def _was_reset(self) -> None:
        """Look for holes anew; during log-in that comes later by itself."""
        if self._background is not None:
            self._background.cancel()
            self._background = self._scope.spawn(self._fill(), "fill history")

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

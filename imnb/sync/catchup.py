"""Asking for events: after a connection is made, and when one is missing.

One pull is in flight at a time. What cannot be had by pulling (the cursor is too
old, ahead of the server, or of another epoch) is a reset.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from imnb.errors import (
    CallError,
    ConnectionLost,
    EnvelopeError,
    ImnbError,
    NotConnected,
)
from imnb.pb.sync_pb2 import PullReply, PullRequest
from imnb.store.database import Database
from imnb.store.tables import cursor as cursor_table
from imnb.sync.caller import Caller, ask
from imnb.sync.cursor import NOW
from imnb.sync.fetcher import FetchState
from imnb.sync.pipeline import MessagePipeline

log = logging.getLogger(__name__)

PAGE = 500
"""Events of one pull; the server may give fewer."""
UNWRITTEN_ROWS = 4_000
"""Rows waiting for the writer beyond which the next page is not asked for yet."""
FAR = 1_000
"""Events behind beyond which the newest messages are brought before the others."""
RETRY_AFTER = 1.0
"""Seconds until a pull that failed on a living connection is tried again."""


class Resetting(Protocol):
    """Starts the store anew from the server's newest state."""

    async def run(self) -> None:
        """Afterwards the pipeline goes on behind the reset."""


class Showing(Protocol):
    """Brings the newest messages, whatever the backlog."""

    async def run(self) -> None:
        """The cursor stays where it is."""


class CatchUp:
    """Brings the cursor to the server's newest event."""

    def __init__(
        self,
        caller: Caller,
        database: Database,
        pipeline: MessagePipeline,
        resetting: Resetting,
        showing: Showing,
        *,
        clock: Callable[[], float],
        report: Callable[[str, BaseException], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._caller = caller
        self._database = database
        self._pipeline = pipeline
        self._cursor = pipeline.cursor
        self._resetting = resetting
        self._showing = showing
        self._clock = clock
        self._report = report
        self._sleep = sleep
        self._one_at_a_time = asyncio.Lock()
        self._wake = asyncio.Event()
        self._must_reset = False

    def __repr__(self) -> str:
        return f"<CatchUp {self.state}, {self._cursor!r}>"

    @property
    def state(self) -> FetchState:
        """What it is doing; waiting: an event is missing that may still come."""
        if self._one_at_a_time.locked():
            return FetchState.RUNNING
        return FetchState.IDLE if self._next_at() is None else FetchState.WAITING

    async def synchronise(self, epoch: str, head: int) -> None:
        """After log-in: everything up to ``head`` is stored when it returns.

        Raises:
            CallError: the server did not answer as it should.
            ConnectionLost: the connection ended.
            StoreError: something could not be stored.
        """
        async with self._one_at_a_time:
            self._must_reset = False
            # what came since the log-in stays: it may be above ``head``
            self._cursor.hold()
            await self._pipeline.settle()
            stored_epoch, position = await self._database.read(cursor_table.load)
            if epoch != stored_epoch or position > head:
                await self._reset()
            else:
                self._pipeline.resume(epoch, position)
                self._cursor.told(head)
                if self._cursor.behind:
                    await self._pull()
        await self._pipeline.flush()

    def wake(self) -> None:
        """`EventCursor.pull_at` may have changed."""
        self._wake.set()

    async def watch(self) -> None:
        """Pull what is missing, as long as the session lives."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while (pull_at := self._next_at()) is not None:
                wait = pull_at - self._clock()
                if wait > 0:
                    await self._sleep(wait)
                elif not await self._fill_gap():
                    break

    def _next_at(self) -> float | None:
        """When to ask the server; during a failed reset the cursor stands still."""
        return NOW if self._must_reset else self._cursor.pull_at

    async def _fill_gap(self) -> bool:
        """Whether it makes sense to go on."""
        try:
            async with self._one_at_a_time:
                if self._must_reset:
                    await self._reset()
                elif self._cursor.pull_at is not None:
                    await self._pull()
        except (ConnectionLost, NotConnected):
            return False  # the next connection synchronises
        except CallError as error:
            log.warning("pulling missing events: %s", error)
            await self._sleep(RETRY_AFTER)
        except ImnbError as error:
            self._report("pulling missing events", error)
            await self._sleep(RETRY_AFTER)
        return True

    async def _reset(self) -> None:
        self._must_reset = True
        await self._resetting.run()
        self._must_reset = False

    async def _show(self) -> None:
        try:
            await self._showing.run()
        except (CallError, EnvelopeError) as error:  # all comes anyway, only later
            log.info("the newest messages do not come first: %s", error)

    async def _pull(self) -> None:
        is_shown = False
        while True:
            before = self._cursor.position
            request = PullRequest(epoch=self._pipeline.epoch, after=before, limit=PAGE)
            reply = await ask(self._caller, "Pull", request, PullReply)
            if reply.reset:
                await self._reset()
                return
            self._pipeline.pulled(reply)
            if self._cursor.position >= reply.head:
                self._cursor.pulled(self._clock())
                return
            if self._cursor.position == before:
                raise EnvelopeError(
                    f"a pull after event {before} brought nothing that follows it, "
                    f"but the server says that its newest is {reply.head}"
                )
            if not is_shown and self._cursor.behind > FAR:
                is_shown = True
                await self._show()
            if self._database.pending_rows > UNWRITTEN_ROWS:
                await self._pipeline.ease()

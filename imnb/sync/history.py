"""Filling holes: messages that the server has and the store has not.

A hole is a range of a conversation, found by key after a reset. It is filled
from its newest end, on demand when somebody pages into it, and in the background
as far as `BACKGROUND` messages of each conversation.
"""

import logging
from collections.abc import Callable
from functools import partial

from imnb.errors import CallRefused, EnvelopeError
from imnb.pb.sync_pb2 import HistoryReply, HistoryRequest
from imnb.store.connection import Cursor
from imnb.store.database import Database
from imnb.store.tables import hole, stale
from imnb.store.transaction import Transaction
from imnb.sync.arrivals import Arrivals
from imnb.sync.caller import Caller, ask
from imnb.sync.channels import HISTORY
from imnb.sync.fetcher import Fetcher
from imnb.sync.pipeline import MessagePipeline
from imnb.sync.revisions import Revisions
from imnb.tasks import TaskScope

log = logging.getLogger(__name__)

Hole = tuple[int, int, int]
"""Conversation, first and last seq."""

PAGE = 200
"""Messages of one request; the server may give fewer."""
BACKGROUND = 1_000
"""Newest messages of a conversation that are fetched without being asked for."""
CONVERSATIONS = 100
"""Conversations whose holes are looked at together in the background."""


class History:
    """Reads older messages into the store."""

    def __init__(
        self,
        caller: Caller,
        database: Database,
        pipeline: MessagePipeline,
        scope: TaskScope,
        clock: Callable[[], float],
        revisions: Revisions,
    ) -> None:
        self._revisions = revisions
        self._caller = caller
        self._database = database
        self._pipeline = pipeline
        self.fetcher: Fetcher[Hole, int] = Fetcher(
            "history", self._fetch, scope=scope, clock=clock, interval=0.0, max_batch=1
        )

    def __repr__(self) -> str:
        return f"<History {self.fetcher.state}>"

    async def fill(self, conversation_id: int, below: int | None = None) -> int:
        """Fetch a page of the newest hole, or of the newest that begins below a seq.

        What is here is brought up to date before.

        Returns:
            how many messages came; 0 when nothing is missing there.
        """
        is_stale, wanted = await self._database.read(
            lambda cursor: (
                stale.find(cursor, conversation_id) is not None,
                _newest_part(cursor, conversation_id, below),
            )
        )
        if is_stale:
            await self._revisions.catch_up(conversation_id)
        if wanted is None:
            return 0
        return await self.fetcher.get(wanted) or 0

    async def fill_in_background(self) -> None:
        """Fetch what is missing of the newest messages of all conversations."""
        refused: set[int] = set()
        while True:
            parts = await self._database.read(_background_parts)
            parts = [part for part in parts if part[0] not in refused]
            if not parts:
                return
            for part in parts:
                try:
                    await self.fetcher.get(part)
                except (CallRefused, EnvelopeError) as error:  # not the others' fault
                    log.info("history of conversation %d: %s", part[0], error)
                    refused.add(part[0])

    async def _fetch(self, holes: list[Hole]) -> dict[Hole, int]:
        return {one: await self._fetch_one(*one) for one in holes}

    async def _fetch_one(self, conversation_id: int, low: int, high: int) -> int:
        request = HistoryRequest(
            conversation_id=conversation_id, from_seq=low, to_seq=high
        )
        resets = self._pipeline.resets
        reply = await ask(self._caller, "History", request, HistoryReply)
        if resets != self._pipeline.resets:
            return 0  # too old: what changed meanwhile did not come as events
        arrivals = self._pipeline.read(HISTORY, reply.messages)
        # The newest of the range came; nothing at all means that nothing is there.
        filled = min([message.seq for message in reply.messages], default=low)
        change = partial(_store, arrivals=arrivals, conversation_id=conversation_id)
        await self._database.write(
            partial(change, low=min(max(filled, low), high), high=high),
            len(arrivals) + 1,
        )
        return len(arrivals)


def _store(
    tx: Transaction, *, arrivals: Arrivals, conversation_id: int, low: int, high: int
) -> None:
    arrivals.store(tx)
    hole.fill(tx, conversation_id, low, high)


def _newest_part(
    cursor: Cursor, conversation_id: int, below: int | None
) -> Hole | None:
    holes = [
        (low, high if below is None else min(high, below - 1))
        for low, high in hole.load(cursor, conversation_id)
        if below is None or low < below
    ]
    if not holes:
        return None
    low, high = holes[-1]
    return conversation_id, max(low, high - PAGE + 1), high


def _background_parts(cursor: Cursor) -> list[Hole]:
    return [
        (conversation_id, max(low, high - PAGE + 1), high)
        for conversation_id, low, high in hole.newest(
            cursor, CONVERSATIONS, within=BACKGROUND
        )
    ]

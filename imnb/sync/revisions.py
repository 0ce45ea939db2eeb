"""Messages that were edited, revoked or reacted to while events were missed.

After a reset the store knows of which conversations it may have old messages
(`imnb.store.tables.stale`). They are asked for in the background, the liveliest
conversation first, and before somebody pages into one.
"""

import logging
from collections.abc import Callable
from functools import partial

from imnb.errors import CallRefused, EnvelopeError
from imnb.models.message import Message
from imnb.pb.sync_pb2 import ChangedReply, ChangedRequest
from imnb.store.database import Database
from imnb.store.tables import change, stale
from imnb.store.transaction import Transaction
from imnb.sync.caller import Caller, ask
from imnb.sync.changes import read_messages
from imnb.sync.fetcher import Fetcher
from imnb.sync.pipeline import MessagePipeline
from imnb.tasks import TaskScope

log = logging.getLogger(__name__)


class Revisions:
    """Brings what is stored of a conversation up to date."""

    def __init__(
        self,
        caller: Caller,
        database: Database,
        pipeline: MessagePipeline,
        scope: TaskScope,
        clock: Callable[[], float],
    ) -> None:
        self._caller = caller
        self._database = database
        self._pipeline = pipeline
        self.fetcher: Fetcher[int, int] = Fetcher(
            "changed messages",
            self._fetch,
            scope=scope,
            clock=clock,
            interval=0.0,
            max_batch=1,
        )

    def __repr__(self) -> str:
        return f"<Revisions {self.fetcher.state}>"

    async def catch_up(self, conversation_id: int) -> None:
        """Fetch what changed in a conversation that is known to be stale."""
        try:
            await self.fetcher.get(conversation_id)
        except CallRefused as error:  # what is here can be read all the same
            log.info("changes of conversation %d: %s", conversation_id, error)

    async def catch_up_in_background(self) -> None:
        """Fetch what changed in all stale conversations."""
        for conversation_id in await self._database.read(stale.load):
            try:
                await self.catch_up(conversation_id)
            except EnvelopeError as error:  # not the others' fault
                log.warning("%s", error)

    async def _fetch(self, keys: list[int]) -> dict[int, int]:
        return {key: await self._fetch_all(key) for key in keys}

    async def _fetch_all(self, key: int) -> int:
        after = await self._database.read(lambda cursor: stale.find(cursor, key))
        count = 0
        while after is not None:
            resets = self._pipeline.resets
            request = ChangedRequest(conversation_id=key, after=after)
            reply = await ask(self._caller, "Changed", request, ChangedReply)
            if resets != self._pipeline.resets:
                break  # too old; it is stale anew, from there on
            _, messages = read_messages(reply.messages)
            last = max((one.change_seq for one in messages), default=after)
            if reply.more and last <= after:
                raise EnvelopeError(
                    f"changes of conversation {key} above {after}: there are more, "
                    "and none came"
                )
            step = partial(_store, key=key, last=None if not reply.more else last)
            await self._database.write(
                partial(step, messages=messages), len(messages) + 1
            )
            after = last if reply.more else None
            count += len(messages)
        return count


def _store(
    tx: Transaction, *, key: int, last: int | None, messages: list[Message]
) -> None:
    """Those that are not here will come as they are then."""
    change.restate(tx, messages)
    if last is None:
        stale.clear(tx, key)
    else:
        stale.caught_up(tx, key, last)

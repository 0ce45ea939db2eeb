"""The latest screen first, when many events were missed.

Events come oldest first, so what people look at would come last. These messages
are stored beside the cursor, which does not move: their events come later, find
them there, and say nothing new. A crash in between leaves a gap that the next
catch-up closes, or, as holes are found by key, the next reset.
"""

import functools

from imnb.engine.requests import TcpRequest
from imnb.models.conversation import Conversation
from imnb.pb.sync_pb2 import ResetPage, ResetRequest
from imnb.store.database import Database
from imnb.store.tables import conversation
from imnb.store.transaction import Transaction
from imnb.sync.arrivals import Arrivals
from imnb.sync.caller import Caller
from imnb.sync.channels import RESET
from imnb.sync.pipeline import MessagePipeline
from imnb.sync.reset import MESSAGES
from imnb.wire.mapping import conversation as conversation_mapping

CONVERSATIONS = 20
"""As many as are seen at once in a list of them."""


class Newest:
    """Brings the newest messages of the liveliest conversations."""

    def __init__(
        self, caller: Caller, database: Database, pipeline: MessagePipeline
    ) -> None:
        self._caller = caller
        self._database = database
        self._pipeline = pipeline

    async def run(self) -> None:
        """Store them, page by page.

        Raises:
            CallError: the server did not answer as it should.
            ConnectionLost: the connection ended.
            EnvelopeError: what it said makes no sense.
            StoreError: it could not be stored.
        """
        request = ResetRequest(messages=MESSAGES, conversations=CONVERSATIONS)
        stream = self._caller.stream(TcpRequest("Reset", request))
        try:
            async for page in stream:
                assert isinstance(page, ResetPage)
                await self._store(page)
        finally:
            await stream.aclose()

    async def _store(self, page: ResetPage) -> None:
        conversations = [
            conversation_mapping.from_pb(head.conversation) for head in page.heads
        ]
        messages = [message for head in page.heads for message in head.messages]
        arrivals = self._pipeline.read(RESET, messages)
        change = functools.partial(
            _apply, conversations=conversations, arrivals=arrivals
        )
        await self._database.write(change, len(conversations) + len(arrivals))
        self._pipeline.listeners.senders({row[3] for row in arrivals.rows})


def _apply(
    tx: Transaction, *, conversations: list[Conversation], arrivals: Arrivals
) -> None:
    conversation.upsert(tx, conversations)
    arrivals.store(tx)

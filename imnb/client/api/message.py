"""Writing and reading messages."""

import asyncio
import time
from typing import TYPE_CHECKING

from imnb.client.api import conversation as conversation_api
from imnb.errors import CallTimeout
from imnb.models.conversation import Conversation
from imnb.models.ids import ClientId, ConversationId
from imnb.models.message import TEXT, Draft, Message, new_client_id
from imnb.pb.chat_pb2 import MarkReadReply, MarkReadRequest
from imnb.store.connection import Cursor
from imnb.store.tables import conversation as conversation_table
from imnb.sync.caller import ask

if TYPE_CHECKING:
    import pandas

    from imnb.client.client import Client

Target = str | int | Conversation
"""A user (for the direct conversation), a conversation's id, or a conversation."""


async def send(
    client: "Client",
    to: Target,
    text: str,
    *,
    kind: str = TEXT,
    content: bytes = b"",
    wait: bool = True,
) -> Message | Draft:
    """See `Client.send_text`."""
    conversation_id = await conversation_api.resolve(client, to)
    now = time.time_ns() // 1000
    draft = Draft(
        conversation_id=conversation_id,
        client_id=new_client_id(now),
        kind=kind,
        text=text,
        content=content,
        created_at=now,
    )
    answer = await client.synchroniser.outbox.add(draft)
    if not wait:
        return draft
    seconds = client.environment.timeouts.request
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.shield(answer)
    except TimeoutError:
        raise CallTimeout(
            f"the server has not accepted the message within {seconds:g} s (the "
            f"session is {client.state}): it stays in the outbox and is sent when "
            "that is possible"
        ) from None


async def mark_read(client: "Client", to: Target, seq: int | None) -> None:
    """See `Client.mark_read`."""
    conversation_id = await conversation_api.find(client, to)
    if conversation_id is None:
        return
    if seq is None:
        seq = await client.db.read(lambda cursor: _last_seq(cursor, conversation_id))
    if seq <= 0:
        return
    request = MarkReadRequest(conversation_id=conversation_id, seq=seq)
    await ask(client.engine, "MarkRead", request, MarkReadReply)
    # The event about it comes too; views need not wait for it.
    await client.db.write(
        lambda tx: conversation_table.read_cursor(tx, conversation_id, client.user, seq)
    )


async def page(client: "Client", to: Target, limit: int) -> "pandas.DataFrame":
    """See `Client.messages`."""
    conversation_id = await conversation_api.find(client, to)
    newest = await client.db.sql(
        "SELECT * FROM messages WHERE conversation_id = ? "
        "ORDER BY sent_at DESC, seq DESC LIMIT ?",
        [conversation_id, limit],
    )
    return newest.iloc[::-1].reset_index(drop=True)


async def retry(client: "Client", client_id: str) -> None:
    """See `Client.retry`."""
    await client.synchroniser.outbox.retry(ClientId(client_id))


async def discard(client: "Client", client_id: str) -> None:
    """See `Client.discard`."""
    await client.synchroniser.outbox.discard(ClientId(client_id))


def _last_seq(cursor: Cursor, conversation_id: ConversationId) -> int:
    rows = cursor.fetch(
        "SELECT last_seq FROM conversation WHERE conversation_id = ?", [conversation_id]
    )
    return int(rows[0][0]) if rows else 0

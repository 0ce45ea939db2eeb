"""Writing and reading messages."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING

from imnb.client.api import conversation as conversation_api
from imnb.client.api import reference
from imnb.client.api.conversation import Target
from imnb.engine.progress import OnProgress, Progress
from imnb.errors import CallError, CallTimeout, ConnectionLost
from imnb.models import forms
from imnb.models.attachment import Attachment
from imnb.models.content import Content, LocationCard
from imnb.models.conversation import Conversation
from imnb.models.ids import ClientId, ConversationId
from imnb.models.kinds import LOCATION, TEXT
from imnb.models.message import Draft, Message
from imnb.models.user import User
from imnb.pb.chat_pb2 import MarkReadReply, MarkReadRequest
from imnb.store.connection import Cursor
from imnb.store.tables import conversation as conversation_table
from imnb.sync.answers import Answer
from imnb.sync.caller import ask
from imnb.wire.mapping import content as content_mapping

if TYPE_CHECKING:
    import pandas

    from imnb.client.messenger import Messenger

Make = Callable[[ConversationId], tuple[Draft, Attachment | None]]
"""What to send, when it is known where."""
_FIRST = 1 << 62


async def send(
    client: "Messenger",
    to: Target,
    text: str,
    *,
    kind: str = TEXT,
    content: bytes = b"",
    wait: bool = True,
) -> Message | Draft:
    """Send a message of any kind; for the commands of plugins."""

    def make(key: ConversationId) -> tuple[Draft, None]:
        return forms.draft(key, now(), kind, text, content), None

    return await send_made(client, to, make, wait=wait)


async def send_text(
    client: "Messenger",
    to: Target,
    text: str,
    *,
    reply_to: Message | int | None,
    mentions: Iterable[str],
    wait: bool,
) -> Message | Draft:
    """See `Messenger.send_text`."""

    def make(key: ConversationId) -> tuple[Draft, None]:
        content = reference.content(key, reply_to, mentions)
        raw = content_mapping.to_bytes(content)
        return forms.draft(key, now(), TEXT, text, raw), None

    return await send_made(client, to, make, wait=wait)


async def send_location(
    client: "Messenger",
    to: Target,
    latitude: float,
    longitude: float,
    *,
    name: str,
    wait: bool,
) -> Message | Draft:
    """See `Messenger.send_location`."""
    card = LocationCard(float(latitude), float(longitude), name)
    raw = content_mapping.to_bytes(Content(card=card))
    return await send(client, to, name, kind=LOCATION, content=raw, wait=wait)


async def send_made(
    client: "Messenger",
    to: Target,
    make: Make,
    progress: OnProgress | None = None,
    *,
    wait: bool,
) -> Message | Draft:
    """Put into the outbox what ``make`` makes, in the order of the calls."""
    key = await client.turns.of(_turn(to)).take(
        lambda: conversation_api.resolve(client, to)
    )
    # Nothing may be awaited here, or another call could come first.
    draft, attachment = make(key)
    outbox = client.synchroniser.outbox
    stored, answer = outbox.begin(draft, attachment, progress)
    await asyncio.shield(stored)
    return await _accepted(client, draft.client_id, answer) if wait else draft


async def mark_read(client: "Messenger", to: Target, seq: int | None) -> None:
    """See `Messenger.mark_read`."""
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


async def page(
    client: "Messenger", to: Target, limit: int, before: int | None = None
) -> "pandas.DataFrame":
    """See `Messenger.messages`."""
    conversation_id = await conversation_api.find(client, to)
    if before is not None and conversation_id is not None:
        # Without a connection what is here is all there is for now.
        with contextlib.suppress(CallError, ConnectionLost):
            await client.synchroniser.history.fill(conversation_id, before)
    newest = await client.db.sql(
        "SELECT * FROM messages WHERE conversation_id = ? AND seq < ? "
        "ORDER BY sent_at DESC, seq DESC LIMIT ?",
        [conversation_id, _FIRST if before is None else before, limit],
    )
    return newest.iloc[::-1].reset_index(drop=True)


async def retry(client: "Messenger", client_id: str) -> None:
    """See `Messenger.retry`."""
    await client.synchroniser.outbox.retry(ClientId(client_id))


async def discard(client: "Messenger", client_id: str) -> None:
    """See `Messenger.discard`."""
    await client.synchroniser.outbox.discard(ClientId(client_id))


async def outbox(client: "Messenger") -> "pandas.DataFrame":
    """See `Messenger.outbox`."""
    return await client.db.sql("SELECT * FROM unsent")


def now() -> int:
    """Microseconds since 1970, UTC."""
    return time.time_ns() // 1000


async def _accepted(
    client: "Messenger", client_id: ClientId, answer: Answer
) -> Message:
    """What the server made of it; a file may take as long as some of it moves."""
    timeouts = client.environment.timeouts
    progress = client.synchroniser.outbox.uploads.progress
    before: Progress | None = None
    while True:
        moving = progress(client_id)
        seconds = timeouts.request if moving is None else timeouts.transfer
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await asyncio.shield(answer)
        if moving is not None and moving != before:
            before = moving
            continue
        raise CallTimeout(
            f"the server has not accepted the message within {seconds:g} s (the "
            f"session is {client.state}): it stays in the outbox and is sent when "
            "that is possible"
        )


def _turn(to: Target) -> Hashable:
    """The same for all that mean the same in the same way."""
    if isinstance(to, Conversation):
        return to.conversation_id
    if isinstance(to, User):
        return to.user_id
    return to if isinstance(to, Hashable) else id(to)  # which is refused


def _last_seq(cursor: Cursor, conversation_id: ConversationId) -> int:
    rows = cursor.fetch(
        "SELECT last_seq FROM conversation WHERE conversation_id = ?", [conversation_id]
    )
    return int(rows[0][0]) if rows else 0

"""Messages that were sent, changed."""

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING

from imnb.client.api.reference import MessageRef, Place, load, place_of, user_ids
from imnb.client.api.settled import settled
from imnb.errors import ConfigError
from imnb.models import kinds
from imnb.models.content import Part
from imnb.models.message import MAX_TEXT_BYTES, Message
from imnb.pb.chat_pb2 import (
    EditReply,
    EditRequest,
    ReactReply,
    ReactRequest,
    RevokeReply,
    RevokeRequest,
)
from imnb.store.connection import Cursor, Reader
from imnb.store.tables import message as message_table
from imnb.sync.caller import ask
from imnb.wire.mapping import content as content_mapping

if TYPE_CHECKING:
    from imnb.client.messenger import Messenger

MAX_EMOJI_CHARACTERS = 32
_NOT_EDITED = frozenset({kinds.NOTICE, kinds.PART, kinds.ENCRYPTED})


async def edit(
    client: "Messenger", ref: MessageRef, text: str, mentions: Iterable[str] | None
) -> None:
    """See `Messenger.edit`."""
    [message] = await load(client, [ref])
    _require_editable(client, message, text)
    content = message.content
    if mentions is not None and message.details is not None:
        mentioned = user_ids(mentions, "mentions")
        changed = dataclasses.replace(message.details, mentions=mentioned)
        content = content_mapping.to_bytes(changed)
    request = EditRequest(
        conversation_id=message.conversation_id,
        seq=message.seq,
        text=text,
        content=content,
    )
    reply = await ask(client.engine, "Edit", request, EditReply)
    place = message.conversation_id, message.seq
    await settled(
        client,
        lambda cursor: all(
            one.edited_at >= reply.edited_at or one.is_revoked
            for one in here(cursor, place)
        ),
    )


async def revoke(client: "Messenger", ref: MessageRef) -> None:
    """See `Messenger.revoke`."""
    place = await place_of(client, ref)
    places = await client.db.read(lambda reader: pieces(reader, place))
    for conversation_id, seq in places:
        request = RevokeRequest(conversation_id=conversation_id, seq=seq)
        await ask(client.engine, "Revoke", request, RevokeReply)
    await settled(
        client, lambda cursor: all(one.is_revoked for one in here(cursor, *places))
    )


async def react(
    client: "Messenger", ref: MessageRef, emoji: str, *, remove: bool
) -> None:
    """See `Messenger.react` and `Messenger.unreact`."""
    if not emoji.strip() or len(emoji) > MAX_EMOJI_CHARACTERS:
        raise ConfigError(
            f"a reaction of {len(emoji)} characters: give one emoji, at most "
            f"{MAX_EMOJI_CHARACTERS} characters"
        )
    conversation_id, seq = await place_of(client, ref)
    request = ReactRequest(
        conversation_id=conversation_id, seq=seq, emoji=emoji, remove=remove
    )
    await ask(client.engine, "React", request, ReactReply)
    await settled(
        client,
        lambda cursor: (
            not here(cursor, (conversation_id, seq))
            or _has_reaction(cursor, conversation_id, seq, client.user, emoji) != remove
        ),
    )


def here(cursor: Cursor, *places: Place) -> list[Message]:
    """The messages at some places, as far as the store has them."""
    return [message_table.model(row) for row in message_table.find(cursor, places)]


def pieces(reader: Reader, place: Place) -> list[Place]:
    """A message, and then the parts that it was sent in: they say the same.

    It comes first: cut off behind it, all devices have seen the whole go. With a
    part before it, some would have put it together before, and others never could.
    """
    rows = reader.fetch(
        "SELECT p.seq, p.content, m.client_id FROM message m JOIN message p "
        "ON p.conversation_id = m.conversation_id AND p.sender_id = m.sender_id "
        "AND p.seq < m.seq WHERE m.conversation_id = ? AND m.seq = ? "
        "AND m.client_id <> '' AND p.kind = ? ORDER BY p.seq",
        [*place, kinds.PART],
    )
    found = []
    for seq, content, client_id in rows:
        details = content_mapping.details(kinds.PART, content)
        card = details.card if details else None
        if isinstance(card, Part) and card.whole_id == client_id:
            found.append((place[0], seq))
    return [place, *found]


def _require_editable(client: "Messenger", message: Message, text: str) -> None:
    where = f"message {message.seq} of conversation {message.conversation_id}"
    if message.sender_id != client.user:
        raise ConfigError(f"{where} is not yours: only its sender edits a message")
    if message.is_revoked:
        raise ConfigError(f"{where} was taken back")
    if message.kind in _NOT_EDITED:
        raise ConfigError(f"{where} is of kind {message.kind!r}: it cannot be edited")
    if message.is_text and not text.strip():
        raise ConfigError("the text is empty: revoke the message instead")
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_TEXT_BYTES:
        raise ConfigError(
            f"the text has {size:,} bytes, an edited one at most {MAX_TEXT_BYTES:,}"
        )


def _has_reaction(cursor: Cursor, *values: object) -> bool:
    return bool(
        cursor.fetch(
            "SELECT 1 FROM reaction WHERE conversation_id = ? AND seq = ? "
            "AND user_id = ? AND emoji = ?",
            values,
        )
    )

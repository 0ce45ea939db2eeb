"""What a caller means by a message or by people, as the calls need it."""

import dataclasses
import operator
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from imnb.client.api import conversation as conversation_api
from imnb.client.api.conversation import Target
from imnb.errors import ConfigError
from imnb.models.content import MAX_MENTIONS, Card, Content
from imnb.models.ids import ConversationId, UserId
from imnb.models.message import Message
from imnb.store.connection import Cursor
from imnb.store.tables import message as message_table
from imnb.store.tables import reaction as reaction_table

if TYPE_CHECKING:
    from imnb.client.account import Account

MessageRef = Message | tuple[Target, int]
"""A message, or where it is: ``("bob", 7)`` is number 7 of my conversation with Bob."""

Place = tuple[ConversationId, int]


async def place_of(client: "Account", message: MessageRef) -> Place:
    """Where a message is.

    Raises:
        ConfigError: it cannot mean one.
    """
    if isinstance(message, Message):
        return message.conversation_id, message.seq
    try:
        target, number = message
        seq = operator.index(number)
    except (TypeError, ValueError):
        raise ConfigError(
            f"{type(message).__name__} is no message: give one, or (conversation, seq)"
        ) from None
    conversation_id = await conversation_api.find(client, target)
    if conversation_id is None:
        raise ConfigError(f"there is no conversation with {target!r} here")
    return conversation_id, _positive(seq)


async def load(client: "Account", messages: Iterable[MessageRef]) -> list[Message]:
    """Messages as the store has them now.

    Raises:
        ConfigError: one that is not here.
    """
    places = [await place_of(client, one) for one in messages]
    found = await client.db.read(lambda cursor: _stored(cursor, places))
    for conversation_id, seq in places:
        if (conversation_id, seq) not in found:
            raise ConfigError(
                f"message {seq} of conversation {conversation_id} is not here"
            )
    return [found[place] for place in places]


def _stored(cursor: Cursor, places: Sequence[Place]) -> dict[Place, Message]:
    reactions = reaction_table.load(cursor, places)
    found = {}
    for row in message_table.find(cursor, places):
        message = message_table.model(row)
        place = message.conversation_id, message.seq
        marks = tuple(sorted(reactions.get(place, ()), key=dataclasses.astuple))
        found[place] = dataclasses.replace(message, reactions=marks)
    return found


def user_ids(people: Iterable[str], what: str) -> tuple[UserId, ...]:
    """Ids without repetition.

    Raises:
        ConfigError: a single string, or an empty id.
    """
    if isinstance(people, str):
        raise ConfigError(f"{what} {people!r}: give a list of user ids")
    ids = tuple(UserId(one) for one in dict.fromkeys(people))
    for one in ids:
        if not isinstance(one, str) or not one:
            raise ConfigError(f"{what}: {one!r} is no user id")
    return ids


def content(
    conversation_id: ConversationId,
    reply_to: Message | int | None,
    mentions: Iterable[str],
    card: Card | None = None,
) -> Content:
    """What goes with a text.

    Raises:
        ConfigError: the answered message is of elsewhere, or too many are mentioned.
    """
    mentioned = user_ids(mentions, "mentions")
    if len(mentioned) > MAX_MENTIONS:
        raise ConfigError(f"{len(mentioned)} mentions, at most {MAX_MENTIONS}: use '*'")
    return Content(_answered(conversation_id, reply_to), mentioned, card)


def _answered(conversation_id: ConversationId, reply_to: Message | int | None) -> int:
    if reply_to is None:
        return 0
    if isinstance(reply_to, Message):
        if reply_to.conversation_id != conversation_id:
            raise ConfigError(
                f"reply_to is a message of conversation {reply_to.conversation_id}, "
                f"and this goes to {conversation_id}: forward it instead"
            )
        return reply_to.seq
    try:
        return _positive(operator.index(reply_to))
    except TypeError:
        raise ConfigError(
            f"reply_to {type(reply_to).__name__}: give a message or its seq"
        ) from None


def _positive(seq: int) -> int:
    if seq <= 0:
        raise ConfigError(f"message {seq}: they are numbered from 1")
    return seq

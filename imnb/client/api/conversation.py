"""Conversations: found, opened, made."""

import operator
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from imnb.errors import ConfigError
from imnb.models.conversation import Conversation, ConversationKind
from imnb.models.ids import ConversationId, UserId
from imnb.models.message import new_client_id
from imnb.models.user import User
from imnb.pb.chat_pb2 import (
    CreateGroupReply,
    CreateGroupRequest,
    OpenDirectReply,
    OpenDirectRequest,
)
from imnb.store.connection import Reader
from imnb.store.tables import conversation as conversation_table
from imnb.sync.caller import ask
from imnb.wire.mapping import conversation as conversation_mapping

if TYPE_CHECKING:
    from imnb.client.account import Account


Target = str | int | User | Conversation
"""A user (for the direct conversation), a conversation's id, or a conversation."""


async def resolve(client: "Account", to: Target) -> ConversationId:
    """The id of what ``to`` means; a user's direct conversation is opened."""
    known = await find(client, to)
    if known is not None:
        return known  # also without a connection
    user = to.user_id if isinstance(to, User) else str(to)
    return (await open_direct(client, user)).conversation_id


async def find(client: "Account", to: Target) -> ConversationId | None:
    """The id of what ``to`` means, or None: no direct conversation is here.

    Raises:
        ConfigError: it cannot mean a conversation.
    """
    if isinstance(to, Conversation):
        return to.conversation_id
    user = to.user_id if isinstance(to, User) else to
    if isinstance(user, str):
        return await client.db.read(
            lambda cursor: direct_with(cursor, client.user, user)
        )
    try:
        return ConversationId(operator.index(user))
    except TypeError:
        raise ConfigError(
            f"{to!r} is no user's id, no conversation and no conversation's id"
        ) from None


async def open_direct(client: "Account", user: str) -> Conversation:
    """See `Client.open_direct`."""
    request = OpenDirectRequest(user_id=user)
    reply = await ask(client.engine, "OpenDirect", request, OpenDirectReply)
    return await store(client, conversation_mapping.from_pb(reply.conversation))


async def create_group(
    client: "Account", title: str, members: Iterable[str]
) -> Conversation:
    """See `Client.create_group`."""
    if isinstance(members, str):
        raise ConfigError(f"members {members!r}: give a list of user ids")
    request = CreateGroupRequest(
        client_id=new_client_id(time.time_ns() // 1000),
        title=title,
        user_ids=[member for member in members if member != client.user],
    )
    reply = await ask(client.engine, "CreateGroup", request, CreateGroupReply)
    return await store(client, conversation_mapping.from_pb(reply.conversation))


def direct_with(reader: Reader, me: UserId, other: str) -> ConversationId | None:
    """The direct conversation with somebody, if it is in the store."""
    rows = reader.fetch(
        "SELECT c.conversation_id FROM conversation c JOIN member m "
        "USING (conversation_id) WHERE c.kind = ? "
        "GROUP BY c.conversation_id "
        "HAVING bool_or(m.user_id = ?) AND bool_and(m.user_id IN (?, ?))"
        "AND count(*) = ?",
        [int(ConversationKind.DIRECT), other, me, other, 1 if other == me else 2],
    )
    return ConversationId(rows[0][0]) if rows else None


async def title(client: "Account", conversation_id: ConversationId) -> str:
    """What I see above it; empty for one that is not here."""
    rows = await client.db.sql(
        "SELECT title FROM conversations WHERE conversation_id = ?", [conversation_id]
    )
    return str(rows["title"].iloc[0]) if len(rows) else ""


async def store(client: "Account", conversation: Conversation) -> Conversation:
    """The event about it comes too; what follows need not wait for it."""
    await client.db.write(lambda tx: conversation_table.upsert(tx, [conversation]))
    return conversation

"""Title and members of groups."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from imnb.client.api import conversation as conversation_api
from imnb.client.api.conversation import Target
from imnb.client.api.reference import user_ids
from imnb.client.api.settled import settled
from imnb.client.api.topic import Topic
from imnb.errors import ConfigError
from imnb.models.conversation import Conversation
from imnb.models.ids import ConversationId, UserId
from imnb.pb.chat_pb2 import (
    AddMembersReply,
    AddMembersRequest,
    RemoveMembersReply,
    RemoveMembersRequest,
    RenameGroupReply,
    RenameGroupRequest,
)
from imnb.store.connection import Cursor
from imnb.store.tables import member as member_table
from imnb.sync.caller import ask
from imnb.wire.mapping import conversation as conversation_mapping

if TYPE_CHECKING:
    import pandas

MAX_TITLE_CHARACTERS = 200


class Groups(Topic):
    """``client.groups``; a new one is made by `Client.create_group`."""

    async def rename(self, group: Target, title: str) -> Conversation:
        """Give a group another title; any member may.

        Raises:
            ConfigError: no title, or too long a one.
            CallRefused: it is no group of mine.
        """
        if not title.strip() or len(title) > MAX_TITLE_CHARACTERS:
            raise ConfigError(
                f"a title of {len(title)} characters: 1 to {MAX_TITLE_CHARACTERS}"
            )
        key = await self._group(group)
        request = RenameGroupRequest(conversation_id=key, title=title)
        reply = await ask(self._client.engine, "RenameGroup", request, RenameGroupReply)
        changed = conversation_mapping.from_pb(reply.conversation)
        return await conversation_api.store(self._client, changed)

    async def add(self, group: Target, members: Iterable[str]) -> Conversation:
        """Take people in; any member may. They see what comes from now on.

        Raises:
            CallRefused: it is no group of mine, somebody has no account, or it is full.
        """
        key, people = await self._group(group), _some(members)
        request = AddMembersRequest(conversation_id=key, user_ids=people)
        reply = await ask(self._client.engine, "AddMembers", request, AddMembersReply)
        changed = conversation_mapping.from_pb(reply.conversation)
        return await conversation_api.store(self._client, changed)

    async def remove(self, group: Target, members: Iterable[str]) -> None:
        """Put people out; its owner may.

        Raises:
            ConfigError: I am among them: `leave` does that.
            CallRefused: I am not its owner.
        """
        people = _some(members)
        if self._client.user in people:
            raise ConfigError("members: you are one of them; leave() takes you out")
        await self._remove(group, people)

    async def leave(self, group: Target) -> None:
        """Go; its messages go from my devices. An owner hands it over."""
        await self._remove(group, [self._client.user])

    async def members(self, group: Target) -> "pandas.DataFrame":
        """Who is in it, and what has reached them."""
        return await self._client.db.sql(
            "SELECT * FROM members WHERE conversation_id = ? ORDER BY user_id",
            [await self._group(group)],
        )

    async def _group(self, group: Target) -> ConversationId:
        key = await conversation_api.find(self._client, group)
        if key is None or isinstance(group, str):
            raise ConfigError(f"{group!r} is no group: give it, or its conversation_id")
        return key

    async def _remove(self, group: Target, people: Sequence[UserId]) -> None:
        key = await self._group(group)
        request = RemoveMembersRequest(conversation_id=key, user_ids=people)
        await ask(self._client.engine, "RemoveMembers", request, RemoveMembersReply)
        await settled(
            self._client,
            lambda cursor: people_in(cursor, key).isdisjoint(people),
        )


def people_in(cursor: Cursor, conversation_id: int) -> set[UserId]:
    """The members that the store has of a group; nobody of one that I left."""
    found = member_table.load(cursor, [conversation_id])
    return {one.user_id for one in found.get(conversation_id, ())}


def _some(members: Iterable[str]) -> tuple[UserId, ...]:
    people = user_ids(members, "members")
    if not people:
        raise ConfigError("members: there are none")
    return people

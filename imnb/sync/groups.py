"""Conversations that changed and were too large to say how, and their members.

What is wanted is in the store (`imnb.store.tables.wanted`) until it was fetched, so
that nothing is forgotten by a crash or a lost connection.
"""

from collections.abc import Callable
from functools import partial

from imnb.errors import EnvelopeError
from imnb.models.conversation import Conversation, Member
from imnb.pb.chat_pb2 import (
    GetConversationsReply,
    GetConversationsRequest,
    ListMembersReply,
    ListMembersRequest,
)
from imnb.store.database import Database
from imnb.store.tables import conversation as conversation_table
from imnb.store.tables import wanted
from imnb.store.transaction import Transaction
from imnb.sync.caller import Caller, ask
from imnb.sync.fetcher import Fetcher
from imnb.tasks import TaskScope
from imnb.wire.mapping import conversation as conversation_mapping

ANY = (1 << 63) - 1
"""A version that nothing is newer than."""


class Groups:
    """Fetches conversations, and the members of large ones.

    Attributes:
        fetcher: of conversations, by id.
        members: of all members of a conversation, by its id.
    """

    def __init__(
        self,
        caller: Caller,
        database: Database,
        scope: TaskScope,
        clock: Callable[[], float],
    ) -> None:
        self._caller = caller
        self._database = database
        self.fetcher: Fetcher[int, Conversation] = Fetcher(
            "groups", self._fetch, scope=scope, clock=clock
        )
        self.members: Fetcher[int, list[Member]] = Fetcher(
            "members", self._fetch_members, scope=scope, clock=clock, max_batch=1
        )

    def __repr__(self) -> str:
        return f"<Groups {self.fetcher.state}, members {self.members.state}>"

    async def look(self) -> None:
        """Fetch what the store says is wanted."""
        for key, version in (await self._database.read(wanted.load)).items():
            self.fetcher.notify(key, version, force=True)

    def retry(self) -> None:
        """There is a connection again."""
        self.fetcher.retry()
        self.members.retry()

    def close(self) -> None:
        """Start nothing more."""
        self.fetcher.close()
        self.members.close()

    async def _fetch(self, keys: list[int]) -> dict[int, Conversation]:
        request = GetConversationsRequest(conversation_ids=keys)
        reply = await ask(
            self._caller, "GetConversations", request, GetConversationsReply
        )
        found = {
            int(one.conversation_id): one
            for one in map(conversation_mapping.from_pb, reply.conversations)
        }
        change = partial(_store, asked=keys, found=found)
        await self._database.write(change, len(keys))
        for key, one in found.items():
            if conversation_table.is_partial(one):
                self.members.notify(key, one.version, force=True)
        return found

    async def _fetch_members(self, keys: list[int]) -> dict[int, list[Member]]:
        return {key: await self._fetch_all(key) for key in keys}

    async def _fetch_all(self, key: int) -> list[Member]:
        members: list[Member] = []
        version, is_more = ANY, True
        while is_more:
            after = members[-1].user_id if members else ""
            request = ListMembersRequest(conversation_id=key, after=after)
            reply = await ask(self._caller, "ListMembers", request, ListMembersReply)
            page = [conversation_mapping.member_from_pb(one) for one in reply.members]
            is_more, version = reply.more, min(version, reply.version)
            if is_more and not (page and page[-1].user_id > after):
                raise EnvelopeError(
                    f"members of conversation {key} behind {after!r}: there are more, "
                    "and none came"
                )
            members += page

        def store(tx: Transaction) -> None:
            conversation_table.place_members(tx, key, members, version)
            wanted.done(tx, {key: version})

        await self._database.write(store, len(members) + 1)
        return members


def _store(
    tx: Transaction, *, asked: list[int], found: dict[int, Conversation]
) -> None:
    conversation_table.upsert(tx, list(found.values()))
    # One that I am not in any more is not wanted: the event about that comes.
    versions = {key: found[key].version if key in found else ANY for key in asked}
    partial_ones = {
        key for key, one in found.items() if conversation_table.is_partial(one)
    }
    wanted.done(tx, {key: v for key, v in versions.items() if key not in partial_ones})

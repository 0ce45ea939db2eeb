"""Large groups: told by version, fetched, members in pages."""

import asyncio

import pytest

from imnb.errors import EnvelopeError
from imnb.pb import model_pb2
from imnb.pb.chat_pb2 import GetConversationsReply, ListMembersReply
from imnb.store.tables import conversation as table
from imnb.store.tables import wanted
from imnb.sync.groups import Groups
from tests.eventually import eventually
from tests.sync.events import conversation

ME = model_pb2.Member(user_id="alice")


@pytest.fixture
async def groups(server, database, scope):
    it = Groups(server, database, scope, asyncio.get_running_loop().time)
    yield it
    it.close()


def room(version, *members, number=1):
    return conversation(number, kind=model_pb2.GROUP, version=version, members=members)


def pages(*user_ids, size=2, version=5):
    def answer(request):
        rest = [one for one in sorted(user_ids) if one > request.after]
        members = [model_pb2.Member(user_id=one, role=1) for one in rest[:size]]
        return ListMembersReply(members=members, more=len(rest) > size, version=version)

    return answer


async def test_what_is_wanted_is_fetched_with_all_members(groups, server, database):
    await database.write(lambda tx: wanted.add(tx, {1: 5, 2: 3}))
    server.answers["GetConversations"] = lambda request: GetConversationsReply(
        conversations=[room(5, ME)] if 1 in request.conversation_ids else []
    )
    server.answers["ListMembers"] = pages("alice", "bob", "carol", "dave", "eve")
    await groups.look()

    async def is_done():
        return await database.read(wanted.load) == {}

    await eventually(is_done)
    [stored] = await database.read(table.load)
    assert [one.user_id for one in stored.members] == [
        "alice", "bob", "carol", "dave", "eve",
    ]  # fmt: skip
    assert stored.version == 5
    asked = server.requests("GetConversations")
    assert sorted(key for one in asked for key in one.conversation_ids) == [1, 2]
    assert [r.after for r in server.requests("ListMembers")] == ["", "bob", "dave"]


async def test_it_stays_wanted_until_the_members_are_here(groups, server, database):
    await database.write(lambda tx: wanted.add(tx, {1: 5}))
    server.answers["GetConversations"] = lambda _: GetConversationsReply(
        conversations=[room(5, ME)]
    )
    await groups.look()  # no answer about the members
    await eventually(lambda: server.requests("ListMembers"))
    assert await database.read(wanted.load) == {1: 5}
    server.answers["ListMembers"] = pages("alice", "bob")
    assert len(await groups.members.get(1, force=True)) == 2
    assert await database.read(wanted.load) == {}


async def test_members_stay_while_only_a_part_of_a_group_is_known(
    groups, server, database
):
    bob = model_pb2.Member(user_id="bob", read_seq=3)
    server.answers["GetConversations"] = lambda _: GetConversationsReply(
        conversations=[room(1, ME, bob)]
    )
    await groups.fetcher.get(1)
    server.answers["GetConversations"] = lambda _: GetConversationsReply(
        conversations=[room(2, ME)]
    )
    await groups.fetcher.get(1, force=True)
    [stored] = await database.read(table.load)
    assert [one.user_id for one in stored.members] == ["alice", "bob"]
    assert stored.version == 2
    server.answers["GetConversations"] = lambda _: GetConversationsReply(
        conversations=[room(1, ME, bob)]  # asked for before
    )
    await groups.fetcher.get(1, force=True)
    [stored] = await database.read(table.load)
    assert stored.version == 2


async def test_pages_that_lead_nowhere_end(groups, server):
    server.answers["ListMembers"] = lambda _: ListMembersReply(more=True)
    with pytest.raises(EnvelopeError, match="there are more, and none came"):
        await groups.members.get(1)

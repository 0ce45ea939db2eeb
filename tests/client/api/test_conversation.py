import contextlib

import numpy
import pytest

from imnb.client.api import conversation as api
from imnb.errors import CallRefused, ConfigError, NotConnected
from imnb.models.conversation import Conversation, ConversationKind, Member
from imnb.models.ids import ConversationId, UserId
from tests.client.conftest import asked
from tests.live.stores import ME, open_store, put_room

DIRECT, GROUP = ConversationKind.DIRECT, ConversationKind.GROUP


def room(number, kind, *users):
    members = tuple(Member(UserId(user), user) for user in users)
    return Conversation(ConversationId(number), kind, "", members, number)


@pytest.mark.parametrize(
    ("other", "found"),
    [("bob", 1), ("alice", 2), ("carol", None), ("dave", None), ("", None)],
)
async def test_the_direct_conversation_with_somebody(other, found):
    rooms = [
        room(1, DIRECT, "alice", "bob"),
        room(2, DIRECT, "alice"),
        room(3, GROUP, "alice", "carol"),
        room(4, DIRECT, "bob", "dave"),
    ]
    async with contextlib.AsyncExitStack() as stack:
        store = await open_store()
        stack.push_async_callback(store.close)
        await put_room(store, *rooms)
        look = await store.read(lambda cursor: api.direct_with(cursor, ME, other))
    assert look == found


async def test_what_means_a_conversation(alice):
    chat = await alice.open_direct("bob")
    number = chat.conversation_id
    for to in (chat, number, numpy.int64(number), "bob"):
        assert await api.find(alice, to) == number
        assert await api.resolve(alice, to) == number
    assert asked(alice, "OpenDirect") == 1


@pytest.mark.parametrize("to", [None, 1.5, b"bob", ["bob"]])
async def test_what_cannot_mean_one_is_named(alice, to):
    with pytest.raises(ConfigError, match="is no user's id, no conversation") as caught:
        await api.resolve(alice, to)
    assert repr(to) in str(caught.value)


async def test_looking_for_a_conversation_makes_none(alice):
    assert await api.find(alice, "bob") is None
    assert asked(alice, "OpenDirect") == 0
    number = await api.resolve(alice, "bob")
    assert await api.find(alice, "bob") == number


async def test_a_known_conversation_is_found_without_a_connection(alice, server):
    chat = await alice.open_direct("bob")
    await server.close()
    assert await api.resolve(alice, "bob") == chat.conversation_id
    with pytest.raises(NotConnected):
        await api.resolve(alice, "carol")


async def test_a_new_conversation_is_in_the_store_at_once(alice):
    group = await alice.create_group("Lunch", iter(["bob", "alice"]))
    assert sorted(member.user_id for member in group.members) == ["alice", "bob"]
    direct = await alice.open_direct("carol")
    shown = await alice.conversations()
    assert set(shown["conversation_id"]) == {
        group.conversation_id,
        direct.conversation_id,
    }


@pytest.mark.parametrize(
    ("title", "members", "error", "says"),
    [
        ("Lunch", "bob", ConfigError, "members 'bob': give a list"),
        ("Lunch", [], CallRefused, "2 to 1000 members, not 1"),
        (" ", ["bob"], CallRefused, "a title has 1 to 200 characters"),
        ("Lunch", ["nobody"], CallRefused, "no account 'nobody'"),
    ],
)
async def test_a_group_that_cannot_be_made(alice, title, members, error, says):
    with pytest.raises(error, match=says):
        await alice.create_group(title, members)

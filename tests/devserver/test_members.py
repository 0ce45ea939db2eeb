import pytest

from imnb.devserver import members
from imnb.devserver.groups import create_group
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope
from tests.devserver.worlds import NOW, refused, retitle


@pytest.fixture
def trip(world):
    return create_group(world, "carol", "g", "Trip", ["bob", "alice"], NOW)


def get(world, who, *numbers):
    request = chat.GetConversationsRequest(conversation_ids=numbers)
    reply = members.get_conversations(world, who, request)
    return chat.GetConversationsReply.FromString(reply).conversations


def listed(world, who="bob", after=""):
    request = chat.ListMembersRequest(conversation_id=1, after=after)
    return chat.ListMembersReply.FromString(members.list_members(world, who, request))


def test_conversations_as_they_are_now(world, trip):
    world.open_direct("alice", "carol", NOW)
    retitle(world, "alice", "Journey")
    found = get(world, "bob", 1, 2, 1, 99)
    assert [(c.conversation_id, c.title, c.version) for c in found] == [
        (1, "Journey", 2)
    ]
    assert [c.conversation_id for c in get(world, "alice", 2, 1)] == [2, 1]


def test_what_is_too_much_names_the_reader_only(world, trip):
    world.open_direct("alice", "bob", NOW)
    world.page_bytes = 60
    trip, direct = get(world, "bob", 1, 2)
    assert [m.user_id for m in trip.members] == ["bob"]
    assert [m.user_id for m in direct.members] == ["alice", "bob"]
    assert trip.title == "Trip"


def test_too_many_at_once(world):
    with refused(envelope.BAD_REQUEST):
        get(world, "bob", *range(members.MAX_ASKED + 1))


def test_members_by_their_ids(world, trip):
    world.mark_read("bob", 1, 0)
    reply = listed(world)
    assert [m.user_id for m in reply.members] == ["alice", "bob", "carol"]
    assert (reply.more, reply.version) == (False, 1)
    assert [m.user_id for m in listed(world, after="alice").members] == ["bob", "carol"]
    assert list(listed(world, after="carol").members) == []


@pytest.mark.parametrize("bound", ["count", "bytes"])
def test_members_come_in_pages(world, trip, monkeypatch, bound):
    if bound == "count":
        monkeypatch.setattr(members, "MEMBERS_PER_PAGE", 1)
    else:
        world.page_bytes = 1
    found, after, more = [], "", True
    while more:
        reply = listed(world, after=after)
        found += [m.user_id for m in reply.members]
        after, more = found[-1], reply.more
    assert found == ["alice", "bob", "carol"]


def test_members_are_for_members(world, trip):
    world.add_account("dave", "Dave")
    with refused(envelope.FORBIDDEN):
        listed(world, "dave")

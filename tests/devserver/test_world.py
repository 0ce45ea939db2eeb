import pytest

from imnb.devserver.groups import create_group
from imnb.devserver.world import World
from imnb.pb import envelope_pb2 as envelope
from tests.devserver.worlds import NOW, events, kinds, refused


def test_a_direct_conversation_is_one_for_each_pair(world):
    room = world.open_direct("alice", "bob", NOW)
    assert world.open_direct("bob", "alice", NOW + 5) is room
    assert world.open_direct("alice", "carol", NOW) is not room
    assert kinds(world, "alice") == ["conversation", "conversation"]
    assert kinds(world, "bob") == ["conversation"]


def test_a_conversation_with_oneself(world):
    room = world.open_direct("alice", "alice", NOW)
    assert list(room.members) == ["alice"]
    assert len(events(world, "alice")) == 1


def test_everybody_in_a_room_hears_of_a_message(world, outgoing):
    room = create_group(world, "alice", "g", "Trip", ["bob"], NOW)
    world.send("alice", room.conversation_id, outgoing("m1", "m2"), NOW)
    for user in ("alice", "bob"):
        assert kinds(world, user) == ["conversation", "message", "message"]
        assert [e.event_seq for e in events(world, user)] == [1, 2, 3]
    assert events(world, "carol") == []


@pytest.mark.parametrize(
    ("who", "conversation", "status"),
    [
        ("alice", 99, envelope.NOT_FOUND),
        ("carol", 1, envelope.FORBIDDEN),
        ("alice", -1, envelope.NOT_FOUND),
    ],
)
def test_conversations_that_are_not_yours(world, outgoing, who, conversation, status):
    world.open_direct("alice", "bob", NOW)
    with refused(status):
        world.send(who, conversation, outgoing("m"), NOW)
    with refused(status):
        world.mark_read(who, conversation, 0)


def test_read_cursors_move_forward_only(world, outgoing):
    room = world.open_direct("alice", "bob", NOW)
    world.send("alice", 1, outgoing("a", "b", "c"), NOW)
    for seq in (2, 1, 2):
        world.mark_read("bob", 1, seq)
    assert {u: m.read_seq for u, m in room.members.items()} == {"alice": 3, "bob": 2}
    for user in ("alice", "bob"):
        assert [e.read.seq for e in events(world, user) if e.HasField("read")] == [2]
    with refused(envelope.BAD_REQUEST):
        world.mark_read("bob", 1, 4)


def test_users_who_exist(world):
    assert [u.user_id for u in world.users()] == ["alice", "bob", "carol"]
    assert [u.name for u in world.users(["bob", "nobody", "bob"])] == ["Bob"]


@pytest.mark.parametrize(
    ("user", "name", "status"),
    [
        ("alice", "Alice", envelope.CONFLICT),
        ("", "X", envelope.BAD_REQUEST),
        ("x", "", envelope.BAD_REQUEST),
    ],
)
def test_accounts_that_are_refused(world, user, name, status):
    with refused(status):
        world.add_account(user, name)


def test_unknown_people(world):
    with refused(envelope.NOT_FOUND):
        world.open_direct("alice", "nobody", NOW)
    with refused(envelope.NOT_FOUND):
        world.account("nobody")


def test_those_who_have_events_are_named(world, outgoing):
    heard = []
    world.on_events = heard.append
    world.open_direct("alice", "bob", NOW)
    world.send("bob", 1, outgoing("m"), NOW)
    world.send("bob", 1, outgoing("m"), NOW)  # known already: no event
    assert heard == ["alice", "bob"] * 2


def test_a_forgotten_message_frees_its_client_id(outgoing):
    world = World("epoch", kept_messages=4)
    world.add_account("alice", "Alice")
    world.open_direct("alice", "alice", NOW)
    for number in range(6):
        world.send("alice", 1, outgoing(f"m{number}"), NOW)
    assert sorted(world.accounts["alice"].sent) == ["m2", "m3", "m4", "m5"]
    [again] = world.send("alice", 1, outgoing("m0"), NOW)
    assert again.seq == 7


def test_the_same_changes_make_the_same_world(outgoing):
    def played():
        world = World("epoch")
        for user in ("alice", "bob"):
            world.add_account(user, user.title())
        world.open_direct("alice", "bob", NOW)
        world.send("alice", 1, outgoing("a", "b"), NOW)
        world.send("bob", 1, outgoing("a"), NOW - 10)
        world.mark_read("alice", 1, 3)
        return events(world, "alice"), events(world, "bob")

    assert played() == played()


def test_what_is_read_has_arrived(world, outgoing):
    room = world.open_direct("alice", "bob", NOW)
    world.send("alice", 1, outgoing("a", "b"), NOW)
    world.mark_read("bob", 1, 2)
    members = world.describe(room, "bob").members
    assert [(m.read_seq, m.delivered_seq) for m in members] == [(2, 2), (2, 2)]

import contextlib

import pytest

from imnb.devserver.refusal import Refusal
from imnb.devserver.world import MAX_MEMBERS, World
from imnb.pb import envelope_pb2 as envelope
from imnb.pb.sync_pb2 import EventPush

NOW = 1_000


def events(world, user):
    feed = world.accounts[user].feed
    return list(EventPush.FromString(feed.page(feed.oldest - 1, 10_000)[0]).events)


def kinds(world, user):
    return [e.WhichOneof("change") for e in events(world, user)]


@contextlib.contextmanager
def refused(status):
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.status == status


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


def test_a_group_and_the_same_request_again(world):
    room = world.create_group("alice", "g1", "Trip", ["bob", "bob", "alice"], NOW)
    assert list(room.members) == ["alice", "bob"]
    assert world.create_group("alice", "g1", "Other", ["carol"], NOW) is room
    assert world.create_group("bob", "g1", "Trip", ["alice"], NOW) is not room


@pytest.mark.parametrize(
    ("client_id", "title", "users", "status"),
    [
        ("", "Trip", ["bob"], envelope.BAD_REQUEST),
        ("g", " ", ["bob"], envelope.BAD_REQUEST),
        ("g", "x" * 201, ["bob"], envelope.BAD_REQUEST),
        ("g" * 65, "Trip", ["bob"], envelope.BAD_REQUEST),
        ("g", "Trip", [], envelope.BAD_REQUEST),
        ("g", "Trip", ["alice"], envelope.BAD_REQUEST),
        ("g", "Trip", [f"u{n}" for n in range(MAX_MEMBERS)], envelope.BAD_REQUEST),
        ("g", "Trip", ["bob", "nobody"], envelope.NOT_FOUND),
    ],
)
def test_groups_that_are_refused(world, client_id, title, users, status):
    with refused(status):
        world.create_group("alice", client_id, title, users, NOW)
    assert world.rooms == {}


def test_everybody_in_a_room_hears_of_a_message(world, outgoing):
    room = world.create_group("alice", "g", "Trip", ["bob"], NOW)
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
    assert room.members == {"alice": 3, "bob": 2}
    for user in ("alice", "bob"):
        assert [e.read.seq for e in events(world, user) if e.HasField("read")] == [2]
    with refused(envelope.BAD_REQUEST):
        world.mark_read("bob", 1, 4)


def test_a_new_name_reaches_those_who_see_it(world):
    world.create_group("alice", "g", "Trip", ["bob"], NOW)
    world.rename("alice", "Alice L.")
    for user in ("alice", "bob"):
        *_, renamed, room = events(world, user)
        assert (renamed.user.user_id, renamed.user.name) == ("alice", "Alice L.")
        assert [m.name for m in room.conversation.members] == ["Alice L.", "Bob"]
    assert events(world, "carol") == []


def test_the_same_name_again_is_no_event(world):
    world.rename("alice", "Alice")
    assert events(world, "alice") == []
    with refused(envelope.BAD_REQUEST):
        world.rename("alice", " ")


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

import pytest

from imnb.devserver.groups import MAX_MEMBERS, create_group
from imnb.devserver.world import MAX_LISTED, MAX_TOLD
from imnb.pb import envelope_pb2 as envelope
from imnb.pb import model_pb2 as model
from imnb.pb.content_pb2 import Content
from tests.devserver.worlds import (
    NOW,
    add,
    events,
    kinds,
    refused,
    remove,
    retitle,
)


@pytest.fixture
def trip(world):
    """Alice's group with Bob, number 1; Carol is in none."""
    return create_group(world, "alice", "g", "Trip", ["bob"], NOW)


def notice(event):
    message = event.message
    assert (message.kind, message.client_id) == ("notice", "")
    return Content.FromString(message.content).notice, message.text


def crowd(world, count):
    """As many further accounts."""
    names = [f"u{number:04}" for number in range(count)]
    for name in names:
        world.add_account(name, name)
    return names


def test_a_group_and_the_same_request_again(world):
    room = create_group(world, "alice", "g1", "Trip", ["bob", "bob", "alice"], NOW)
    assert list(room.members) == ["alice", "bob"]
    assert create_group(world, "alice", "g1", "Other", ["carol"], NOW) is room
    assert create_group(world, "bob", "g1", "Trip", ["alice"], NOW) is not room


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
        create_group(world, "alice", client_id, title, users, NOW)
    assert world.rooms == {}


def test_who_makes_a_group_owns_it(world, trip):
    roles = {m.user_id: m.role for m in world.describe(trip, "bob").members}
    assert roles == {"alice": model.OWNER, "bob": model.MEMBER}
    assert trip.version == 1


def test_any_member_gives_another_title(world, trip):
    made = retitle(world, "bob", "Journey")
    assert (made.title, made.version) == ("Journey", 2)
    for user in ("alice", "bob"):
        _, state, said = events(world, user)
        assert state.conversation.title == "Journey"
        found, text = notice(said)
        assert (found.code, found.actor, found.title) == ("renamed", "bob", "Journey")
        assert text == "Bob named the group “Journey”"
    assert retitle(world, "bob", "Journey").version == 2
    assert len(events(world, "alice")) == 3


def test_a_notice_is_a_message_of_who_acted(world, trip):
    retitle(world, "bob", "Journey")
    read = {user: member.read_seq for user, member in trip.members.items()}
    assert read == {"alice": 0, "bob": 1}


def test_a_late_joiner_sees_the_notice_first(world, trip, outgoing):
    world.send("alice", 1, outgoing("a", "b"), NOW)
    add(world, "bob", "carol", "alice")
    state, said, _ = events(world, "carol")  # and that Bob has read
    assert (state.conversation.first_seq, state.conversation.last_seq) == (3, 2)
    assert said.message.seq == 3
    found, text = notice(said)
    assert (found.code, found.actor, list(found.user_ids)) == (
        "added",
        "bob",
        ["carol"],
    )
    assert text == "Bob added Carol"
    assert kinds(world, "alice")[-3:] == ["conversation", "message", "read"]
    assert events(world, "alice")[-3].conversation.first_seq == 1
    assert world.describe(trip, "alice").first_seq == 1


def test_adding_who_is_in_it_changes_nothing(world, trip):
    assert add(world, "alice", "bob").version == 1
    assert len(events(world, "bob")) == 1


def test_the_owner_removes(world, trip):
    world.send("alice", 1, [], NOW)
    remove(world, "alice", "bob", "carol")
    assert list(trip.members) == ["alice"]
    assert kinds(world, "bob") == ["conversation", "left"]
    assert world.accounts["bob"].rooms == []
    found, text = notice(events(world, "alice")[-1])
    assert (found.code, list(found.user_ids), text) == (
        "removed",
        ["bob"],
        "Alice removed Bob",
    )
    with refused(envelope.FORBIDDEN):
        world.room("bob", 1)


def test_only_the_owner_removes_others(world, trip):
    with refused(envelope.FORBIDDEN):
        remove(world, "bob", "alice")
    with refused(envelope.FORBIDDEN):
        remove(world, "carol", "bob")


def test_leaving_again_is_no_error(world, trip):
    remove(world, "bob", "bob")
    remove(world, "bob", "bob")
    assert kinds(world, "bob") == ["conversation", "left"]
    found, text = notice(events(world, "alice")[-1])
    assert (found.code, found.actor, text) == ("left", "bob", "Bob left")


def test_the_owner_hands_over_to_who_is_longest_in_it(world, trip):
    add(world, "alice", "carol")
    remove(world, "alice", "alice")
    state = events(world, "carol")[-2].conversation
    roles = {m.user_id: m.role for m in state.members}
    assert roles == {"bob": model.OWNER, "carol": model.MEMBER}


def test_joining_again_begins_anew(world, trip, outgoing):
    remove(world, "bob", "bob")
    world.send("alice", 1, outgoing("a"), NOW)
    add(world, "alice", "bob")
    assert trip.members["bob"].first_seq == 3
    assert list(trip.members) == ["alice", "bob"]


def test_what_everybody_has_left_is_freed(world, trip, outgoing):
    world.send("alice", 1, outgoing("a"), NOW)
    remove(world, "bob", "bob")
    remove(world, "alice", "alice")
    assert (trip.changes, world.accounts["alice"].sent) == ([], {})
    with refused(envelope.FORBIDDEN):
        create_group(world, "alice", "g", "Trip", ["bob"], NOW)


@pytest.mark.parametrize("change", [add, remove, retitle])
def test_a_direct_conversation_stays_as_it_is(world, change):
    world.open_direct("alice", "bob", NOW)
    with refused(envelope.BAD_REQUEST):
        change(world, "alice", "alice")


def test_changes_that_are_refused(world, trip):
    for title in ("", " ", "x" * 201):
        with refused(envelope.BAD_REQUEST):
            retitle(world, "alice", title)
    with refused(envelope.NOT_FOUND):
        add(world, "alice", "carol", "nobody")
    with refused(envelope.BAD_REQUEST):
        add(world, "alice", *crowd(world, MAX_MEMBERS))
    assert list(trip.members) == ["alice", "bob"]


def test_members_of_a_large_group_are_told_to_ask(world):
    others = crowd(world, MAX_TOLD)
    room = create_group(world, "alice", "g", "Trip", others, NOW)
    assert kinds(world, others[0]) == ["conversation"]
    add(world, "alice", "bob")
    told, _ = events(world, others[0])[-2:]
    assert told.conversation_changed.version == room.version == 2
    state, _ = events(world, "bob")
    assert len(state.conversation.members) == MAX_TOLD + 2


def test_a_very_large_group_names_the_reader_only(world):
    others = crowd(world, MAX_LISTED)
    room = create_group(world, "alice", "g", "Trip", others, NOW)
    for user in ("alice", others[7]):
        [event] = events(world, user)
        assert [m.user_id for m in event.conversation.members] == [user]
        assert world.describe(room, user) == event.conversation


def test_members_are_told_in_the_same_bytes(world, trip):
    retitle(world, "alice", "Journey")
    one, other = (world.accounts[u].feed._changes[-2] for u in ("alice", "bob"))
    assert one is other


def test_many_names_are_cut_short(world, trip):
    add(world, "alice", *crowd(world, 7))
    _, text = notice(events(world, "bob")[-1])
    assert text == "Alice added u0000, u0001, u0002, u0003, u0004 and 2 others"
    remove(world, "alice", "u0000", "u0001")
    _, text = notice(events(world, "bob")[-1])
    assert text == "Alice removed u0000 and u0001"

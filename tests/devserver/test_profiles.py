import pytest

from imnb.devserver.account import MAX_ABOUT_CHARACTERS
from imnb.devserver.groups import create_group
from imnb.pb import envelope_pb2 as envelope
from tests.devserver.worlds import NOW, events, kinds, refused, rename


def test_a_new_name_reaches_those_who_see_it(world):
    create_group(world, "alice", "g", "Trip", ["bob"], NOW)
    rename(world, "alice", "Alice L.")
    for user in ("alice", "bob"):
        *_, renamed, room = events(world, user)
        assert (renamed.user.user_id, renamed.user.name) == ("alice", "Alice L.")
        assert [m.name for m in room.conversation.members] == ["Alice L.", "Bob"]
    assert events(world, "carol") == []


def test_the_same_name_again_is_no_event(world):
    rename(world, "alice", "Alice")
    assert events(world, "alice") == []
    with refused(envelope.BAD_REQUEST):
        rename(world, "alice", " ")


def test_a_line_about_oneself_leaves_conversations_alone(world):
    create_group(world, "alice", "g", "Trip", ["bob"], NOW)
    rename(world, "alice", "Alice", about="At sea", avatar="f1")
    assert kinds(world, "bob") == ["conversation", "user"]
    user = events(world, "bob")[-1].user
    assert (user.about, user.avatar) == ("At sea", "f1")
    assert world.users(["alice"]) == [user]


@pytest.mark.parametrize(
    "fields",
    [
        {"about": "x" * (MAX_ABOUT_CHARACTERS + 1)},
        {"avatar": "x" * 65},
        {"avatar": "\x00"},
    ],
)
def test_what_is_too_long_or_no_id(world, fields):
    with refused(envelope.BAD_REQUEST):
        rename(world, "alice", "Alice", **fields)
    assert events(world, "alice") == []

import pytest

from imnb.models.conversation import Conversation, ConversationKind, Member, Role
from imnb.models.ids import ConversationId, UserId
from imnb.models.user import User

ALICE = Member(UserId("alice"), "Alice")
BOB = Member(UserId("bob"), "")


def conversation(kind=ConversationKind.DIRECT, title="", members=(ALICE, BOB)):
    return Conversation(ConversationId(1), kind, title, members, created_at=0)


@pytest.mark.parametrize(
    ("title", "members", "shown"),
    [
        ("Lunch", (ALICE, BOB), "Lunch"),
        ("", (ALICE, BOB), "bob"),
        ("", (ALICE,), "Notes to myself"),
    ],
)
def test_a_conversation_without_title_shows_the_others(title, members, shown):
    assert (
        conversation(title=title, members=members).title_for(UserId("alice")) == shown
    )


def test_the_other_side_sees_the_name():
    assert conversation().title_for(UserId("bob")) == "Alice"


@pytest.mark.parametrize("kind", ConversationKind)
def test_only_a_group_is_a_group(kind):
    assert conversation(kind).is_group is (kind is ConversationKind.GROUP)


def test_the_conversation_of_two_people():
    me, other = User(UserId("alice"), "Alice"), User(UserId("bob"), "")
    made = Conversation.direct(ConversationId(1), me, other, created_at=0)
    assert made == conversation()
    assert made.is_direct
    assert made.title_for(other.user_id) == "Alice"
    alone = Conversation.direct(ConversationId(1), me, me, created_at=0)
    assert [one.user_id for one in alone.members] == ["alice"]


def test_who_has_received_and_read_follows_from_the_members():
    members = (
        Member("alice", "", read_seq=5, delivered_seq=0),
        Member("bob", "", read_seq=2, delivered_seq=5),
        Member("carol", ""),
    )
    group = conversation(ConversationKind.GROUP, "Lunch", members)
    assert [one.user_id for one in group.readers(3)] == ["alice"]
    assert [one.user_id for one in group.receivers(3)] == ["alice", "bob"]


def test_a_group_may_have_an_owner():
    owner = Member("bob", "", role=Role.OWNER)
    group = conversation(ConversationKind.GROUP, "Lunch", (ALICE, owner))
    assert group.owner == group.member("bob") == owner
    assert group.member("carol") is None
    assert conversation().owner is None
    assert conversation(ConversationKind.SYSTEM).is_system

import pytest

from imnb.models.conversation import Conversation, ConversationKind, Member
from imnb.models.ids import ConversationId, UserId

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

import pytest

from imnb.errors import EnvelopeError
from imnb.models.conversation import Conversation, ConversationKind, Member, Role
from imnb.models.ids import ConversationId, UserId
from imnb.wire.mapping import conversation

LUNCH = Conversation(
    ConversationId(7),
    ConversationKind.GROUP,
    "Lunch",
    (Member(UserId("alice"), "Alice", 3, 4, Role.OWNER), Member(UserId("bob"), "")),
    created_at=5,
    first_seq=2,
    last_seq=9,
    change_seq=1,
    version=6,
)


def test_there_and_back():
    assert conversation.from_pb(conversation.to_pb(LUNCH)) == LUNCH


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("conversation_id", 0),
        ("kind", 99),
        ("created_at", -1),
        ("first_seq", 0),
        ("last_seq", -1),
        ("change_seq", -1),
        ("version", -1),
    ],
)
def test_a_wrong_value_is_named(field, value):
    received = conversation.to_pb(LUNCH)
    setattr(received, field, value)
    with pytest.raises(EnvelopeError, match=field.split("_")[-1]):
        conversation.from_pb(received)


def test_a_wrong_member_is_named():
    received = conversation.to_pb(LUNCH)
    received.members[0].user_id = ""
    with pytest.raises(EnvelopeError, match=r"member\.user_id"):
        conversation.from_pb(received)


def test_a_role_that_is_not_known_here_gives_no_rights():
    received = conversation.to_pb(LUNCH)
    received.members[0].role = 9
    assert conversation.from_pb(received).members[0].role is Role.MEMBER

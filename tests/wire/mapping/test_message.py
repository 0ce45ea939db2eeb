import pytest

from imnb.errors import EnvelopeError
from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.models.message import Message
from imnb.wire.mapping import message

HELLO = Message(
    ConversationId(7), 3, ClientId("c"), UserId("bob"), "text", "hello", b"\0", 5
)


def test_there_and_back():
    assert message.from_pb(message.to_pb(HELLO)) == HELLO


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("conversation_id", 0),
        ("seq", -3),
        ("sender_id", ""),
        ("kind", ""),
        ("sent_at", -1),
    ],
)
def test_a_wrong_value_is_named(field, value):
    received = message.to_pb(HELLO)
    setattr(received, field, value)
    with pytest.raises(EnvelopeError, match=field):
        message.from_pb(received)

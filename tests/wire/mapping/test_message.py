import dataclasses

import pytest

from imnb.errors import EnvelopeError
from imnb.models.content import NOTHING, Content
from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.models.message import Message, Reaction
from imnb.wire.mapping import content, message

HELLO = Message(
    ConversationId(7),
    3,
    ClientId("c"),
    UserId("bob"),
    "text",
    "hello",
    content.to_bytes(Content(reply_to=2)),
    5,
    edited_at=6,
    change_seq=2,
    reactions=(Reaction(UserId("carol"), "👍"),),
    details=Content(reply_to=2),
)


@pytest.mark.parametrize(
    "original",
    [
        HELLO,
        dataclasses.replace(HELLO, content=b"", text="", revoked_at=9, details=NOTHING),
        dataclasses.replace(HELLO, kind="poll", content=b"\0", details=NOTHING),
        dataclasses.replace(HELLO, kind="encrypted", content=b"\1", details=NOTHING),
        dataclasses.replace(HELLO, content=b"\0", details=None),
        dataclasses.replace(HELLO, kind="image", details=None),
    ],
)
def test_there_and_back(original):
    assert message.from_pb(message.to_pb(original)) == original


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("conversation_id", 0),
        ("seq", -3),
        ("sender_id", ""),
        ("kind", ""),
        ("sent_at", -1),
        ("edited_at", -1),
        ("revoked_at", -1),
        ("change_seq", -1),
    ],
)
def test_a_wrong_value_is_named(field, value):
    received = message.to_pb(HELLO)
    setattr(received, field, value)
    with pytest.raises(EnvelopeError, match=field):
        message.from_pb(received)


@pytest.mark.parametrize("field", ["user_id", "emoji"])
def test_a_reaction_is_somebodys_and_something(field):
    received = message.to_pb(HELLO)
    setattr(received.reactions[0], field, "")
    with pytest.raises(EnvelopeError, match=f"reaction.{field} is empty"):
        message.from_pb(received)

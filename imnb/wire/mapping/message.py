"""Message: protobuf and model.

The receive path makes rows, not models, from many messages at once: see
`imnb.sync.pipeline`, which uses the same checks.
"""

from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.models.message import Message
from imnb.pb import model_pb2
from imnb.wire.mapping.checks import not_negative, positive, present


def from_pb(message: model_pb2.Message) -> Message:
    """The model of a received message.

    Raises:
        EnvelopeError: a value that cannot be.
    """
    return Message(
        conversation_id=ConversationId(
            positive(message.conversation_id, "conversation_id")
        ),
        seq=positive(message.seq, "seq"),
        client_id=ClientId(message.client_id),
        sender_id=UserId(present(message.sender_id, "sender_id")),
        kind=present(message.kind, "kind"),
        text=message.text,
        content=message.content,
        sent_at=not_negative(message.sent_at, "sent_at"),
    )


def to_pb(message: Message) -> model_pb2.Message:
    """What is sent of a message."""
    return model_pb2.Message(
        conversation_id=message.conversation_id,
        seq=message.seq,
        client_id=message.client_id,
        sender_id=message.sender_id,
        kind=message.kind,
        text=message.text,
        content=message.content,
        sent_at=message.sent_at,
    )

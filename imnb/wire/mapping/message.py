"""Message: protobuf and model.

The receive path makes rows, not models, from many messages at once: see
`imnb.sync.pipeline`, which uses the same checks.
"""

from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.models.message import Message, Reaction
from imnb.pb import model_pb2
from imnb.wire.mapping.checks import not_negative, positive, present
from imnb.wire.mapping.content import details


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
        edited_at=not_negative(message.edited_at, "edited_at"),
        revoked_at=not_negative(message.revoked_at, "revoked_at"),
        change_seq=not_negative(message.change_seq, "change_seq"),
        reactions=tuple(_reaction(one) for one in message.reactions),
        details=details(message.kind, message.content),
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
        edited_at=message.edited_at,
        revoked_at=message.revoked_at,
        change_seq=message.change_seq,
        reactions=[
            model_pb2.Reaction(user_id=one.user_id, emoji=one.emoji)
            for one in message.reactions
        ],
    )


def _reaction(reaction: model_pb2.Reaction) -> Reaction:
    return Reaction(
        UserId(present(reaction.user_id, "reaction.user_id")),
        present(reaction.emoji, "reaction.emoji"),
    )

"""Conversation: protobuf and model."""

from imnb.errors import EnvelopeError
from imnb.models.conversation import Conversation, ConversationKind, Member, Role
from imnb.models.ids import ConversationId, UserId
from imnb.pb import model_pb2
from imnb.wire.mapping.checks import not_negative, positive, present


def from_pb(conversation: model_pb2.Conversation) -> Conversation:
    """The model of a received conversation.

    Raises:
        EnvelopeError: a value that cannot be.
    """
    return Conversation(
        conversation_id=ConversationId(
            positive(conversation.conversation_id, "conversation_id")
        ),
        kind=_kind(conversation.kind),
        title=conversation.title,
        members=tuple(map(member_from_pb, conversation.members)),
        created_at=not_negative(conversation.created_at, "created_at"),
        first_seq=positive(conversation.first_seq, "first_seq"),
        last_seq=not_negative(conversation.last_seq, "last_seq"),
        change_seq=not_negative(conversation.change_seq, "change_seq"),
        version=not_negative(conversation.version, "version"),
    )


def to_pb(conversation: Conversation) -> model_pb2.Conversation:
    """What is sent of a conversation."""
    return model_pb2.Conversation(
        conversation_id=conversation.conversation_id,
        kind=model_pb2.ConversationKind.Name(conversation.kind),
        title=conversation.title,
        members=map(member_to_pb, conversation.members),
        created_at=conversation.created_at,
        first_seq=conversation.first_seq,
        last_seq=conversation.last_seq,
        change_seq=conversation.change_seq,
        version=conversation.version,
    )


def member_from_pb(member: model_pb2.Member) -> Member:
    """The model of a received member.

    Raises:
        EnvelopeError: a value that cannot be.
    """
    return Member(
        user_id=UserId(present(member.user_id, "member.user_id")),
        name=member.name,
        read_seq=not_negative(member.read_seq, "member.read_seq"),
        delivered_seq=not_negative(member.delivered_seq, "member.delivered_seq"),
        role=_role(member.role),
    )


def member_to_pb(member: Member) -> model_pb2.Member:
    """What is sent of a member."""
    return model_pb2.Member(
        user_id=member.user_id,
        name=member.name,
        read_seq=member.read_seq,
        delivered_seq=member.delivered_seq,
        role=model_pb2.Role.Name(member.role),
    )


def _kind(number: int) -> ConversationKind:
    try:
        return ConversationKind(number)
    except ValueError:
        raise EnvelopeError(f"conversation kind {number} is not known here") from None


def _role(number: int) -> Role:
    """One that is not known here gives no rights."""
    try:
        return Role(number)
    except ValueError:
        return Role.MEMBER

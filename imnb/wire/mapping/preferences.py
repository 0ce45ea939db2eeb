"""Preferences: protobuf and model."""

from imnb.models.ids import ConversationId
from imnb.models.preferences import Preferences
from imnb.pb import model_pb2
from imnb.wire.mapping.checks import MAX_INT64, not_negative, positive


def from_pb(preferences: model_pb2.Preferences) -> Preferences:
    """The model of received preferences.

    Raises:
        EnvelopeError: a value that cannot be.
    """
    return Preferences(
        conversation_id=ConversationId(
            positive(preferences.conversation_id, "conversation_id")
        ),
        pinned_at=not_negative(preferences.pinned_at, "pinned_at"),
        muted_until=not_negative(
            preferences.muted_until, "muted_until", below=MAX_INT64 + 1
        ),
        draft=preferences.draft,
        draft_reply_to=not_negative(preferences.draft_reply_to, "draft_reply_to"),
        draft_at=not_negative(preferences.draft_at, "draft_at"),
    )


def to_pb(preferences: Preferences) -> model_pb2.Preferences:
    """What is sent of preferences."""
    return model_pb2.Preferences(
        conversation_id=preferences.conversation_id,
        pinned_at=preferences.pinned_at,
        muted_until=preferences.muted_until,
        draft=preferences.draft,
        draft_reply_to=preferences.draft_reply_to,
        draft_at=preferences.draft_at,
    )

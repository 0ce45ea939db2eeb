"""Changes of messages: events and models."""

from imnb.errors import EnvelopeError
from imnb.models.change import Edited, MessageChange, Reacted, Revoked
from imnb.models.ids import ConversationId, UserId
from imnb.models.message import Reaction
from imnb.pb import sync_pb2
from imnb.wire.mapping.checks import positive, present


def from_event(event: sync_pb2.Event) -> MessageChange:
    """The change that an event brings.

    Raises:
        EnvelopeError: a value that cannot be, or another sort of event.
    """
    match event.WhichOneof("change"):
        case "edited":
            edited = event.edited
            return Edited(
                *_place(edited),
                edited.text,
                edited.content,
                positive(edited.edited_at, "edited_at"),
            )
        case "revoked":
            return Revoked(
                *_place(event.revoked), positive(event.revoked.revoked_at, "revoked_at")
            )
        case "reacted":
            return _reacted(event.reacted)
        case other:
            raise EnvelopeError(f"{other} is no change of a message")


def to_event(change: MessageChange) -> sync_pb2.Event:
    """The same as an event, without a place in a feed."""
    place = {
        "conversation_id": change.conversation_id,
        "seq": change.seq,
        "change_seq": change.change_seq,
    }
    match change:
        case Edited():
            edited = sync_pb2.Edited(
                **place,
                text=change.text,
                content=change.content,
                edited_at=change.edited_at,
            )
            return sync_pb2.Event(edited=edited)
        case Revoked():
            revoked = sync_pb2.Revoked(**place, revoked_at=change.revoked_at)
            return sync_pb2.Event(revoked=revoked)
        case Reacted():
            reacted = sync_pb2.Reacted(
                **place,
                user_id=change.reaction.user_id,
                emoji=change.reaction.emoji,
                removed=change.is_removed,
            )
            return sync_pb2.Event(reacted=reacted)


def _reacted(reacted: sync_pb2.Reacted) -> Reacted:
    reaction = Reaction(
        UserId(present(reacted.user_id, "reacted.user_id")),
        present(reacted.emoji, "reacted.emoji"),
    )
    return Reacted(*_place(reacted), reaction, reacted.removed)


def _place(
    change: sync_pb2.Edited | sync_pb2.Revoked | sync_pb2.Reacted,
) -> tuple[ConversationId, int, int]:
    return (
        ConversationId(positive(change.conversation_id, "conversation_id")),
        positive(change.seq, "seq"),
        positive(change.change_seq, "change_seq"),
    )

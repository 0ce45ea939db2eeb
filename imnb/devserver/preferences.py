"""A user's own settings of conversations, the same on all devices."""

from imnb.devserver.refusal import Refusal
from imnb.devserver.world import World
from imnb.models.ids import ConversationId, UserId
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope
from imnb.pb import model_pb2 as model
from imnb.pb.sync_pb2 import Event

MAX_DRAFT_BYTES = 64 * 1024


def preferences_of(
    world: World, who: UserId, conversation_id: ConversationId
) -> model.Preferences:
    """What holds, also when nothing was set."""
    kept = world.account(who).preferences.get(conversation_id)
    return kept or model.Preferences(conversation_id=conversation_id)


def check_preferences(
    world: World, who: UserId, request: chat.SetPreferencesRequest
) -> None:
    """Return if they can be set.

    Raises:
        Refusal: not this conversation, a negative time, or a draft that is too long.
    """
    wanted = request.preferences
    world.room(who, wanted.conversation_id)
    numbers = (
        wanted.pinned_at,
        wanted.muted_until,
        wanted.draft_reply_to,
        wanted.draft_at,
    )
    if min(numbers) < 0:
        raise Refusal(envelope.BAD_REQUEST, "a time or a number below zero")
    size = len(wanted.draft.encode())
    if size > MAX_DRAFT_BYTES:
        text = f"a draft of {size} bytes, {MAX_DRAFT_BYTES} is the limit"
        raise Refusal(envelope.BAD_REQUEST, text)


def set_preferences(
    world: World, who: UserId, request: chat.SetPreferencesRequest, now: int
) -> bytes:
    """Replace them; of two drafts, the one that was changed last stays."""
    check_preferences(world, who, request)
    wanted = request.preferences
    kept = preferences_of(world, who, ConversationId(wanted.conversation_id))
    if wanted.draft_at < kept.draft_at:
        wanted.draft, wanted.draft_at = kept.draft, kept.draft_at
        wanted.draft_reply_to = kept.draft_reply_to
    if wanted != kept:
        room_id = ConversationId(wanted.conversation_id)
        world.account(who).preferences[room_id] = wanted
        world.tell((who,), [Event(preferences=wanted).SerializeToString()])
    return chat.SetPreferencesReply(preferences=wanted).SerializeToString()

"""What happens to messages after they were sent.

Each change takes the next change_seq of its conversation; doing the same again
changes nothing and is no event.
"""

from imnb.devserver import splice
from imnb.devserver.delivery import fault_of_body
from imnb.devserver.paging import fitting
from imnb.devserver.refusal import Refusal
from imnb.devserver.room import Room
from imnb.devserver.world import World
from imnb.models import kinds
from imnb.models.ids import UserId
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope
from imnb.pb import model_pb2 as model
from imnb.pb import sync_pb2 as sync

MAX_CHANGED = 500
"""Messages of one page."""
MAX_EMOJI_CHARACTERS = 32
MAX_EMOJI = 20
"""Different ones on one message."""
MAX_REACTIONS = 1_000
"""Of everybody on one message, so that it fits a frame with all of them."""
UNEDITABLE = frozenset({kinds.PART, kinds.NOTICE})

_Found = tuple[Room, model.Message]


def check_edit(world: World, who: UserId, request: chat.EditRequest) -> _Found:
    """The message that ``who`` may edit so.

    Raises:
        Refusal: not this message, or not this text.
    """
    room, message = _find(world, who, request.conversation_id, request.seq)
    if message.sender_id != who:
        raise Refusal(envelope.FORBIDDEN, "only its sender edits a message")
    if message.kind in UNEDITABLE:
        text = f"a message of kind {message.kind!r} cannot be edited"
        raise Refusal(envelope.BAD_REQUEST, text)
    if message.revoked_at:
        raise Refusal(envelope.CONFLICT, "the message was taken back")
    if fault := fault_of_body(request.text, request.content):
        raise Refusal(envelope.BAD_REQUEST, fault)
    return room, message


def edit(world: World, who: UserId, request: chat.EditRequest, now: int) -> bytes:
    """Another text and content for a message."""
    room, message = check_edit(world, who, request)
    if (request.text, request.content) != (message.text, message.content):
        message.text, message.content = request.text, request.content
        message.edited_at = max(now, message.sent_at)
        room.put(message)
        edited = sync.Edited(
            conversation_id=message.conversation_id,
            seq=message.seq,
            change_seq=message.change_seq,
            text=message.text,
            content=message.content,
            edited_at=message.edited_at,
        )
        _tell(world, room, message.seq, sync.Event(edited=edited))
    return chat.EditReply(edited_at=message.edited_at).SerializeToString()


def check_revoke(world: World, who: UserId, request: chat.RevokeRequest) -> _Found:
    """The message that ``who`` may take back.

    Raises:
        Refusal: not this message.
    """
    room, message = _find(world, who, request.conversation_id, request.seq)
    if message.kind == kinds.NOTICE:
        raise Refusal(envelope.BAD_REQUEST, "what the server says stays")
    if who not in (message.sender_id, room.owner):
        text = "only its sender or the owner of the group takes a message back"
        raise Refusal(envelope.FORBIDDEN, text)
    return room, message


def revoke(world: World, who: UserId, request: chat.RevokeRequest, now: int) -> bytes:
    """Leave nothing of what a message said."""
    room, message = check_revoke(world, who, request)
    if not message.revoked_at:
        message.revoked_at = max(now, message.sent_at)
        message.text, message.content = "", b""
        del message.reactions[:]
        room.put(message)
        revoked = sync.Revoked(
            conversation_id=message.conversation_id,
            seq=message.seq,
            change_seq=message.change_seq,
            revoked_at=message.revoked_at,
        )
        _tell(world, room, message.seq, sync.Event(revoked=revoked))
    return chat.RevokeReply(revoked_at=message.revoked_at).SerializeToString()


def check_react(world: World, who: UserId, request: chat.ReactRequest) -> _Found:
    """The message that ``who`` may react to.

    Raises:
        Refusal: not this message, no emoji, or too many.
    """
    room, message = _find(world, who, request.conversation_id, request.seq)
    if message.revoked_at:
        raise Refusal(envelope.CONFLICT, "the message was taken back")
    if fault := _fault_of_emoji(request.emoji):
        raise Refusal(envelope.BAD_REQUEST, fault)
    different = {one.emoji for one in message.reactions} | {request.emoji}
    is_new = model.Reaction(user_id=who, emoji=request.emoji) not in message.reactions
    if not request.remove and is_new:
        if len(different) > MAX_EMOJI:
            text = f"a message has at most {MAX_EMOJI} different reactions"
            raise Refusal(envelope.CONFLICT, text)
        if len(message.reactions) >= MAX_REACTIONS:
            text = f"a message has at most {MAX_REACTIONS} reactions"
            raise Refusal(envelope.CONFLICT, text)
    return room, message


def react(world: World, who: UserId, request: chat.ReactRequest, now: int) -> bytes:
    """Put a mark on a message, or take it off."""
    room, message = check_react(world, who, request)
    reaction = model.Reaction(user_id=who, emoji=request.emoji)
    if (reaction in message.reactions) is request.remove:
        if request.remove:
            message.reactions.remove(reaction)
        else:
            message.reactions.append(reaction)
        room.put(message)
        reacted = sync.Reacted(
            conversation_id=message.conversation_id,
            seq=message.seq,
            change_seq=message.change_seq,
            user_id=who,
            emoji=request.emoji,
            removed=request.remove,
        )
        _tell(world, room, message.seq, sync.Event(reacted=reacted))
    return b""


def changed(world: World, who: UserId, request: sync.ChangedRequest) -> bytes:
    """Messages that changed since, as they are now; a page of them."""
    room = world.room(who, request.conversation_id)
    found = list(room.changed_above(request.after, room.first_for(who)))
    page = list(fitting(found[:MAX_CHANGED], world.page_bytes))
    more = sync.ChangedReply(more=len(page) < len(found))
    return b"".join(map(splice.as_history, page)) + more.SerializeToString()


def _find(world: World, who: UserId, conversation_id: int, seq: int) -> _Found:
    """A message as it is now, to be changed by the caller.

    Raises:
        Refusal: there is none that ``who`` may see, or only the server writes there.
    """
    room = world.room_to_write(who, conversation_id)
    if not room.first_for(who) <= seq <= room.last_seq:
        text = f"there is no message {seq} for you in conversation {conversation_id}"
        raise Refusal(envelope.NOT_FOUND, text)
    return room, room.message(seq)


def _tell(world: World, room: Room, seq: int, event: sync.Event) -> None:
    """Tell those who may see the message."""
    seeing = (u for u, member in room.members.items() if member.first_seq <= seq)
    world.tell(seeing, [event.SerializeToString()])


def _fault_of_emoji(emoji: str) -> str:
    if not 0 < len(emoji) <= MAX_EMOJI_CHARACTERS:
        return f"a reaction has 1 to {MAX_EMOJI_CHARACTERS} characters"
    return "" if emoji.strip() == emoji else "a reaction has no spaces around it"

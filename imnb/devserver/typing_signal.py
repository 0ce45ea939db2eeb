"""Who is typing: told to the other members who are online, and not kept."""

from imnb.devserver.connection import Connection
from imnb.devserver.sessions import Sessions
from imnb.devserver.world import MAX_TOLD, World
from imnb.models.ids import UserId
from imnb.pb import chat_pb2 as chat
from imnb.wire.commands import builtin_commands

_TYPING = builtin_commands().command_of(chat.Typing)


def set_typing(
    world: World,
    sessions: Sessions,
    connection: Connection,
    request: chat.SetTypingRequest,
) -> chat.SetTypingReply:
    """Tell it; in a large group, where somebody always types, nobody is told.

    Raises:
        Refusal: not this conversation.
    """
    who = connection.user or UserId("")
    room = world.room_to_write(who, request.conversation_id)
    typing = chat.Typing(
        conversation_id=request.conversation_id,
        user_id=who,
        is_typing=request.is_typing,
    )
    if len(room.members) <= MAX_TOLD:
        others = (user for user in room.members if user != who)
        sessions.signal(others, _TYPING, typing.SerializeToString())
    return chat.SetTypingReply()

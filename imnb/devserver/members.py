"""Conversations and their members, for who asks for them."""

from imnb.devserver.refusal import Refusal
from imnb.devserver.world import World
from imnb.models.conversation import ConversationKind
from imnb.models.ids import ConversationId, UserId
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope

MAX_ASKED = 1_000
MEMBERS_PER_PAGE = 500


def get_conversations(
    world: World, who: UserId, request: chat.GetConversationsRequest
) -> bytes:
    """Those of the given ones that ``who`` is in.

    When it is too much for one reply, later groups name ``who`` as their only
    member, as large ones always do.
    """
    if len(request.conversation_ids) > MAX_ASKED:
        size = len(request.conversation_ids)
        text = f"{size} conversations, {MAX_ASKED} is the limit"
        raise Refusal(envelope.BAD_REQUEST, text)
    reply, size = chat.GetConversationsReply(), 0
    for room_id in dict.fromkeys(map(ConversationId, request.conversation_ids)):
        room = world.rooms.get(room_id)
        if room is None or who not in room.members:
            continue
        found = world.describe(room, who)
        is_group = room.kind is ConversationKind.GROUP
        if is_group and size + found.ByteSize() > world.page_bytes:
            del found.members[:]
            found.members.append(world.member(room, who))
        size += found.ByteSize()
        reply.conversations.append(found)
    return reply.SerializeToString()


def list_members(world: World, who: UserId, request: chat.ListMembersRequest) -> bytes:
    """A page of the members of a conversation, by user id."""
    room = world.room(who, request.conversation_id)
    reply, size = chat.ListMembersReply(version=room.version), 0
    behind = sorted(user for user in room.members if user > request.after)
    for user in behind[:MEMBERS_PER_PAGE]:
        found = world.member(room, user)
        size += found.ByteSize()
        if reply.members and size > world.page_bytes:
            break
        reply.members.append(found)
    reply.more = len(reply.members) < len(behind)
    return reply.SerializeToString()

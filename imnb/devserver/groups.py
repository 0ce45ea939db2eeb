"""Who is in a group, and what it is called; a direct conversation stays as it is."""

from collections.abc import Iterable, Sequence

from imnb.devserver.account import MAX_CLIENT_ID_CHARACTERS
from imnb.devserver.refusal import Refusal
from imnb.devserver.room import Membership, Room
from imnb.devserver.world import World
from imnb.models.conversation import ConversationKind
from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope
from imnb.pb.content_pb2 import Notice
from imnb.pb.sync_pb2 import ConversationLeft, Event

MAX_MEMBERS = 1_000
MAX_TITLE_CHARACTERS = 200
MAX_NAMED = 5
"""Users whom the text of a notice names."""


def check_group(
    world: World,
    who: UserId,
    client_id: ClientId,
    title: str,
    user_ids: Iterable[UserId],
) -> tuple[UserId, ...]:
    """The members of the group that ``who`` may make so, ``who`` first.

    Raises:
        Refusal: no title, nobody else, too many, unknown users, or a group that
            was made before and that ``who`` has left since.
    """
    groups = world.account(who).groups
    if client_id in groups:
        return tuple(world.room(who, groups[client_id]).members)
    members = tuple(dict.fromkeys((who, *user_ids)))
    if fault := _fault_of_group(client_id, title, members):
        raise Refusal(envelope.BAD_REQUEST, fault)
    world.check_accounts(members)
    return members


def create_group(
    world: World,
    who: UserId,
    client_id: ClientId,
    title: str,
    user_ids: Iterable[UserId],
    now: int,
) -> Room:
    """A group of ``who`` and others; the same client id gives the same group.

    Raises:
        Refusal: as `check_group`.
    """
    members = check_group(world, who, client_id, title, user_ids)
    groups = world.account(who).groups
    if client_id in groups:
        return world.rooms[groups[client_id]]
    room = world.make(ConversationKind.GROUP, title, members, now, owner=who)
    groups[client_id] = room.conversation_id
    return room


def check_rename(world: World, who: UserId, request: chat.RenameGroupRequest) -> Room:
    """The group that ``who`` may give this title.

    Raises:
        Refusal: not this conversation, or no title.
    """
    room = _group(world, who, request.conversation_id)
    if fault := _fault_of_title(request.title):
        raise Refusal(envelope.BAD_REQUEST, fault)
    return room


def rename_group(
    world: World, who: UserId, request: chat.RenameGroupRequest, now: int
) -> bytes:
    """Give a group another title; the same one again changes nothing."""
    room = check_rename(world, who, request)
    if request.title != room.title:
        room.title = request.title
        world.tell_state(room)
        notice = Notice(code="renamed", actor=who, title=room.title)
        text = f"{_name(world, who)} named the group “{room.title}”"
        world.say(room, who, notice, text, now)
    reply = chat.RenameGroupReply(conversation=world.describe(room, who))
    return reply.SerializeToString()


def check_add(
    world: World, who: UserId, request: chat.AddMembersRequest
) -> tuple[Room, list[UserId]]:
    """The group, and those of the given ones who are not in it yet.

    Raises:
        Refusal: not this conversation, unknown users, or too many.
    """
    room = _group(world, who, request.conversation_id)
    given = dict.fromkeys(map(UserId, request.user_ids))
    joining = [user for user in given if user not in room.members]
    size = len(room.members) + len(joining)
    if size > MAX_MEMBERS:
        text = f"a group has at most {MAX_MEMBERS} members, not {size}"
        raise Refusal(envelope.BAD_REQUEST, text)
    world.check_accounts(joining)
    return room, joining


def add_members(
    world: World, who: UserId, request: chat.AddMembersRequest, now: int
) -> bytes:
    """Let users in; they see what comes from now on, the notice of it first."""
    room, joining = check_add(world, who, request)
    if joining:
        for user in joining:
            room.members[user] = Membership.since(room.last_seq + 1)
            world.account(user).rooms.append(room.conversation_id)
        world.tell_state(room, frozenset(joining))
        notice = Notice(code="added", actor=who, user_ids=joining)
        text = f"{_name(world, who)} added {_names(world, joining)}"
        world.say(room, who, notice, text, now)
    reply = chat.AddMembersReply(conversation=world.describe(room, who))
    return reply.SerializeToString()


def check_remove(
    world: World, who: UserId, request: chat.RemoveMembersRequest
) -> tuple[Room, list[UserId]] | None:
    """The group, and those of the given ones who are in it; None: has left before.

    Raises:
        Refusal: not this conversation, or others and ``who`` is not its owner.
    """
    given = list(dict.fromkeys(map(UserId, request.user_ids)))
    room = world.rooms.get(ConversationId(request.conversation_id))
    if room is not None and given == [who] and who not in room.members:
        return None  # the reply to the first request was lost
    room = _group(world, who, request.conversation_id)
    if given != [who] and room.owner != who:
        text = f"only the owner, {room.owner!r}, removes others from this group"
        raise Refusal(envelope.FORBIDDEN, text)
    return room, [user for user in given if user in room.members]


def remove_members(
    world: World, who: UserId, request: chat.RemoveMembersRequest, now: int
) -> bytes:
    """Remove others, then leave, as far as either is asked for."""
    found = check_remove(world, who, request)
    if found is not None:
        room, leaving = found
        others = [user for user in leaving if user != who]
        if others:
            _remove(world, room, others)
            notice = Notice(code="removed", actor=who, user_ids=others)
            text = f"{_name(world, who)} removed {_names(world, others)}"
            world.say(room, who, notice, text, now)
        if who in leaving:
            _remove(world, room, [who])
            notice = Notice(code="left", actor=who)
            world.say(room, who, notice, f"{_name(world, who)} left", now)
    return b""


def _remove(world: World, room: Room, leaving: Sequence[UserId]) -> None:
    """Take users out; whoever is longest in it becomes the owner if need be."""
    for user in leaving:
        del room.members[user]
        account = world.account(user)
        account.rooms.remove(room.conversation_id)
        account.preferences.pop(room.conversation_id, None)
    left = ConversationLeft(conversation_id=room.conversation_id)
    world.tell(leaving, [Event(left=left).SerializeToString()])
    if room.owner not in room.members:
        room.owner = next(iter(room.members), None)
    world.tell_state(room)


def _group(world: World, who: UserId, conversation_id: int) -> Room:
    room = world.room(who, conversation_id)
    if room.kind is not ConversationKind.GROUP:
        text = f"conversation {conversation_id} is no group: make one to have others in"
        raise Refusal(envelope.BAD_REQUEST, text)
    return room


def _name(world: World, user: UserId) -> str:
    return world.account(user).name


def _names(world: World, users: Sequence[UserId]) -> str:
    """For instance ``Bob, Carol and 3 others``."""
    shown = [_name(world, user) for user in users[:MAX_NAMED]]
    more = len(users) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} other{'s' if more > 1 else ''}"
    *first, last = shown
    return f"{', '.join(first)} and {last}" if first else last


def _fault_of_group(client_id: str, title: str, members: Sequence[UserId]) -> str:
    if not 0 < len(client_id) <= MAX_CLIENT_ID_CHARACTERS:
        return f"a client id has 1 to {MAX_CLIENT_ID_CHARACTERS} characters"
    if not 2 <= len(members) <= MAX_MEMBERS:
        return f"a group has 2 to {MAX_MEMBERS} members, not {len(members)}"
    return _fault_of_title(title)


def _fault_of_title(title: str) -> str:
    if not title.strip() or len(title) > MAX_TITLE_CHARACTERS:
        return f"a title has 1 to {MAX_TITLE_CHARACTERS} characters, not {len(title)}"
    return ""

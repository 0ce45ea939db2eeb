"""The state of an account at one moment, for a client that starts anew."""

from collections.abc import Iterator

from imnb.devserver import splice
from imnb.devserver.room import Room
from imnb.devserver.world import World
from imnb.models.ids import UserId
from imnb.pb.sync_pb2 import ConversationHead, ResetPage

MAX_HEAD_MESSAGES = 200
PAGE_BYTES = 256 * 1024
"""A page is sent when it has reached this size."""

_Head = tuple[bytes, Room, int]
"""A conversation's serialised state, where its messages are, and its last seq."""


def reset_pages(world: World, who: UserId, messages: int) -> Iterator[bytes]:
    """Serialised `ResetPage` messages, newest conversations first.

    What they say is fixed when this is called, however late they are taken:
    messages are never changed, so their range is all that must be remembered.
    """
    account = world.account(who)
    rooms = [world.rooms[room_id] for room_id in account.rooms]
    rooms.sort(key=lambda room: max(room.last_at, room.created_at), reverse=True)
    heads = [
        (world.describe(room).SerializeToString(), room, room.last_seq)
        for room in rooms
    ]
    contacts = {who: None} | {member: None for r in rooms for member in r.members}
    users = [user.SerializeToString() for user in world.users(contacts)]
    end = ResetPage(epoch=world.epoch, as_of=account.feed.head)
    wanted = min(max(messages, 0), MAX_HEAD_MESSAGES)
    return _pages(heads, wanted, users, end.SerializeToString())


def _pages(
    heads: list[_Head], wanted: int, users: list[bytes], end: bytes
) -> Iterator[bytes]:
    parts: list[bytes] = []
    size = 0
    for part in _parts(heads, wanted, users):
        parts.append(part)
        size += len(part)
        if size >= PAGE_BYTES:
            yield b"".join(parts)
            parts, size = [], 0
    yield b"".join((*parts, end))


def _parts(heads: list[_Head], wanted: int, users: list[bytes]) -> Iterator[bytes]:
    for state, room, last_seq in heads:
        # A message's change has the tag of `ConversationHead.messages` already.
        newest = room.newest(room.first_seq, last_seq, wanted) if wanted else []
        conversation = splice.field(ConversationHead.CONVERSATION_FIELD_NUMBER, state)
        head = b"".join((conversation, *newest))
        yield splice.field(ResetPage.HEADS_FIELD_NUMBER, head)
    for user in users:
        yield splice.field(ResetPage.USERS_FIELD_NUMBER, user)

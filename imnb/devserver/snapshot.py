"""The state of an account at one moment, for a client that starts anew."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from imnb.devserver import splice
from imnb.devserver.preferences import preferences_of
from imnb.devserver.room import Changed, Room
from imnb.devserver.world import World
from imnb.models.ids import UserId
from imnb.pb.sync_pb2 import ConversationHead, ResetPage

MAX_HEAD_MESSAGES = 200


class _Head(NamedTuple):
    """A conversation at that moment."""

    state: bytes
    """Everything but the messages."""
    room: Room
    first_seq: int
    last_seq: int
    changed: dict[int, Changed]

    def with_messages(self, wanted: int, max_bytes: int) -> bytes:
        """A serialised `ConversationHead`."""
        # A message's change has the tag of `ConversationHead.messages` already.
        left = max_bytes - len(self.state)
        newest = self.room.newest(
            self.first_seq, self.last_seq, wanted, left, self.changed
        )
        return b"".join((self.state, *newest))


def reset_pages(
    world: World, who: UserId, messages: int, conversations: int = 0
) -> Iterator[bytes]:
    """Serialised `ResetPage` messages, newest conversations first.

    With ``conversations`` only so many of them, and nothing else.

    What they say is fixed when this is called, however late they are taken: what
    was sent never changes, so the range of messages and what the changed ones
    are like is all that must be remembered.
    """
    account, is_whole = world.account(who), conversations <= 0
    rooms = [world.rooms[room_id] for room_id in account.rooms]
    rooms.sort(key=lambda room: max(room.last_at, room.created_at), reverse=True)
    if not is_whole:
        del rooms[conversations:]
    wanted = min(max(messages, 0), MAX_HEAD_MESSAGES)
    heads = [_head(world, who, room, wanted) for room in rooms]
    contacts, users = _people(world, who, rooms) if is_whole else ([], [])
    begin = ResetPage(contacts_version=account.book.version).SerializeToString()
    end = ResetPage(epoch=world.epoch, as_of=account.feed.head).SerializeToString()
    parts = _parts(contacts, heads, users, wanted, world.page_bytes)
    return _pages(begin, parts, end, world.page_bytes)


def _people(
    world: World, who: UserId, rooms: Iterable[Room]
) -> tuple[list[bytes], list[bytes]]:
    """The address book, and everybody in these conversations."""
    seen = {who: None} | {member: None for r in rooms for member in r.members}
    contacts = [contact.SerializeToString() for contact in world.account(who).book]
    return contacts, [user.SerializeToString() for user in world.users(seen)]


def _head(world: World, who: UserId, room: Room, wanted: int) -> _Head:
    head = ConversationHead(
        conversation=world.describe(room, who),
        preferences=preferences_of(world, who, room.conversation_id),
    )
    last_seq, first_seq = room.last_seq, room.first_for(who)
    changed = room.states_of(max(first_seq, last_seq - wanted + 1), last_seq)
    return _Head(head.SerializeToString(), room, first_seq, last_seq, changed)


def _pages(
    begin: bytes, parts: Iterator[bytes], end: bytes, max_bytes: int
) -> Iterator[bytes]:
    """A page ends before it is larger than ``max_bytes``, unless one part is."""
    page, size = [begin], len(begin)
    for part in parts:
        if len(page) > 1 and size + len(part) > max_bytes:
            yield b"".join(page)
            page, size = [], 0
        page.append(part)
        size += len(part)
    yield b"".join((*page, end))


def _parts(
    contacts: list[bytes],
    heads: list[_Head],
    users: list[bytes],
    wanted: int,
    max_bytes: int,
) -> Iterator[bytes]:
    for contact in contacts:
        yield splice.field(ResetPage.CONTACTS_FIELD_NUMBER, contact)
    for head in heads:
        body = head.with_messages(wanted, max_bytes)
        yield splice.field(ResetPage.HEADS_FIELD_NUMBER, body)
    for user in users:
        yield splice.field(ResetPage.USERS_FIELD_NUMBER, user)

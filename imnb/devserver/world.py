"""Accounts, conversations and what happened: the state of a server, without I/O.

Everything is synchronous and deterministic: the time is passed in and nothing
is random, so that doing the same changes again gives the same world. A server
with a data file relies on that.
"""

from collections.abc import Callable, Iterable, Sequence

from imnb.devserver.account import (
    MAX_CLIENT_ID_CHARACTERS,
    Account,
    fault_of_name,
    fault_of_user_id,
)
from imnb.devserver.delivery import Delivery
from imnb.devserver.feed import EventFeed
from imnb.devserver.refusal import Refusal
from imnb.devserver.room import Room
from imnb.models.conversation import ConversationKind
from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.pb import envelope_pb2 as envelope
from imnb.pb import model_pb2 as model
from imnb.pb.chat_pb2 import OutgoingMessage, SendResult
from imnb.pb.sync_pb2 import Event, ReadCursor

MAX_ACCOUNTS = 10_000
MAX_ROOMS = 100_000
MAX_MEMBERS = 1_000
MAX_TITLE_CHARACTERS = 200
KEPT_MESSAGES = 200_000
"""Messages of one conversation; the oldest are forgotten beyond it.

Not a setting: a data file is read back by doing everything again, and a send is
known as a repetition only as long as its message is kept."""

_WIRE_KINDS = {
    ConversationKind.DIRECT: model.DIRECT,
    ConversationKind.GROUP: model.GROUP,
    ConversationKind.SYSTEM: model.SYSTEM,
}


class World:
    """Whatever the server knows about its users.

    Args:
        epoch: names this state; another epoch means that cursors are void.
        retention: events kept for each account.
        kept_messages: for tests.

    Attributes:
        on_events: called with a user whenever events were added to their feed.
    """

    def __init__(
        self,
        epoch: str,
        *,
        retention: int = 100_000,
        kept_messages: int = KEPT_MESSAGES,
    ) -> None:
        self.epoch = epoch
        self.accounts: dict[UserId, Account] = {}
        self.rooms: dict[ConversationId, Room] = {}
        self.on_events: Callable[[UserId], object] = lambda user_id: None
        self._retention = retention
        self._delivery = Delivery(kept_messages)
        self._direct: dict[frozenset[UserId], ConversationId] = {}

    def __repr__(self) -> str:
        return f"<World: {len(self.accounts)} accounts, {len(self.rooms)} rooms>"

    def add_account(self, user_id: UserId, name: str) -> None:
        """A new user.

        Raises:
            Refusal: the id or name cannot be one, or the id is taken.
        """
        fault = fault_of_user_id(user_id) or fault_of_name(name)
        if fault:
            raise Refusal(envelope.BAD_REQUEST, fault)
        if user_id in self.accounts:
            raise Refusal(envelope.CONFLICT, f"there is an account {user_id!r} already")
        if len(self.accounts) >= MAX_ACCOUNTS:
            raise Refusal(envelope.OVERLOADED, f"{MAX_ACCOUNTS} accounts are the limit")
        self.accounts[user_id] = Account(user_id, name, EventFeed(self._retention))

    def account(self, user_id: UserId) -> Account:
        """One user.

        Raises:
            Refusal: there is no such account.
        """
        account = self.accounts.get(user_id)
        if account is None:
            raise Refusal(envelope.NOT_FOUND, f"there is no account {user_id!r}")
        return account

    def users(self, user_ids: Iterable[str] = ()) -> list[model.User]:
        """Those of the given users who exist; everybody when none is given."""
        wanted = dict.fromkeys(map(UserId, user_ids)) or self.accounts
        found = (self.accounts[u] for u in wanted if u in self.accounts)
        return [model.User(user_id=a.user_id, name=a.name) for a in found]

    def room(self, who: UserId, conversation_id: int) -> Room:
        """A conversation that ``who`` is a member of.

        Raises:
            Refusal: there is none, or ``who`` is no member.
        """
        room = self.rooms.get(ConversationId(conversation_id))
        if room is None:
            text = f"there is no conversation {conversation_id}"
            raise Refusal(envelope.NOT_FOUND, text)
        if who not in room.members:
            text = f"you are no member of conversation {conversation_id}"
            raise Refusal(envelope.FORBIDDEN, text)
        return room

    def describe(self, room: Room) -> model.Conversation:
        """A conversation's whole state; every member sees the same."""
        members = [
            model.Member(user_id=user, name=self.accounts[user].name, read_seq=read)
            for user, read in room.members.items()
        ]
        return model.Conversation(
            conversation_id=room.conversation_id,
            kind=_WIRE_KINDS[room.kind],
            title=room.title,
            members=members,
            created_at=room.created_at,
            first_seq=room.first_seq,
            last_seq=room.last_seq,
        )

    def send(
        self,
        who: UserId,
        conversation_id: int,
        messages: Sequence[OutgoingMessage],
        now: int,
    ) -> list[SendResult]:
        """Add messages; one result for each, refusals of single ones included.

        Raises:
            Refusal: not this conversation.
        """
        room = self.room(who, conversation_id)
        account = self.account(who)
        results, changes = self._delivery.deliver(account, room, messages, now)
        if changes:
            self._tell(room.members, changes)
            for user, client_id in self._delivery.trim(room):
                del self.accounts[user].sent[client_id]
        return results

    def mark_read(self, who: UserId, conversation_id: int, seq: int) -> None:
        """Move a read cursor forward; never back.

        Raises:
            Refusal: not this conversation, or a message that is not there yet.
        """
        room = self.room(who, conversation_id)
        if seq > room.last_seq:
            text = f"message {seq} cannot be read, {room.last_seq} is the newest"
            raise Refusal(envelope.BAD_REQUEST, text)
        if seq > room.members[who]:
            room.members[who] = seq
            read = ReadCursor(conversation_id=conversation_id, user_id=who, seq=seq)
            self._tell(room.members, [Event(read=read).SerializeToString()])

    def open_direct(self, who: UserId, other: UserId, now: int) -> Room:
        """The one direct conversation of two users; of one with themselves too.

        Raises:
            Refusal: there is no such user.
        """
        pair = frozenset((who, self.account(other).user_id))
        if pair in self._direct:
            return self.rooms[self._direct[pair]]
        room = self._make(ConversationKind.DIRECT, "", (who, other), now)
        self._direct[pair] = room.conversation_id
        return room

    def create_group(
        self,
        who: UserId,
        client_id: ClientId,
        title: str,
        user_ids: Iterable[UserId],
        now: int,
    ) -> Room:
        """A group of ``who`` and others; the same client id gives the same group.

        Raises:
            Refusal: no title, nobody else, too many, or unknown users.
        """
        groups = self.account(who).groups
        if client_id in groups:
            return self.rooms[groups[client_id]]
        members = tuple(dict.fromkeys((who, *user_ids)))
        if fault := _fault_of_group(client_id, title, members):
            raise Refusal(envelope.BAD_REQUEST, fault)
        unknown = sorted(set(members) - self.accounts.keys())
        if unknown:
            text = f"there is no account {', '.join(map(repr, unknown[:5]))}"
            raise Refusal(envelope.NOT_FOUND, text)
        room = self._make(ConversationKind.GROUP, title, members, now)
        groups[client_id] = room.conversation_id
        return room

    def rename(self, who: UserId, name: str) -> None:
        """Change a user's name, and tell everybody who sees it somewhere.

        Raises:
            Refusal: it cannot be a name.
        """
        if fault := fault_of_name(name):
            raise Refusal(envelope.BAD_REQUEST, fault)
        account = self.account(who)
        if name == account.name:
            return
        account.name = name
        rooms = [self.rooms[room_id] for room_id in account.rooms]
        seen_by = {who: None} | {member: None for r in rooms for member in r.members}
        user = model.User(user_id=who, name=name)
        self._tell(seen_by, [Event(user=user).SerializeToString()])
        for room in rooms:  # a conversation's state has its members' names
            self._announce(room)

    def _make(
        self,
        kind: ConversationKind,
        title: str,
        members: Iterable[UserId],
        now: int,
    ) -> Room:
        if len(self.rooms) >= MAX_ROOMS:
            text = f"{MAX_ROOMS} conversations are the limit of this server"
            raise Refusal(envelope.OVERLOADED, text)
        room_id = ConversationId(len(self.rooms) + 1)
        room = Room(room_id, kind, title, now, dict.fromkeys(members, 0))
        self.rooms[room_id] = room
        for member in room.members:
            self.accounts[member].rooms.append(room_id)
        self._announce(room)
        return room

    def _announce(self, room: Room) -> None:
        event = Event(conversation=self.describe(room))
        self._tell(room.members, [event.SerializeToString()])

    def _tell(self, members: Iterable[UserId], changes: list[bytes]) -> None:
        for member in members:
            self.accounts[member].feed.extend(changes)
            self.on_events(member)


def _fault_of_group(client_id: str, title: str, members: Sequence[UserId]) -> str:
    if not 0 < len(client_id) <= MAX_CLIENT_ID_CHARACTERS:
        return f"a client id has 1 to {MAX_CLIENT_ID_CHARACTERS} characters"
    if not title.strip() or len(title) > MAX_TITLE_CHARACTERS:
        return f"a title has 1 to {MAX_TITLE_CHARACTERS} characters, not {len(title)}"
    if not 2 <= len(members) <= MAX_MEMBERS:
        return f"a group has 2 to {MAX_MEMBERS} members, not {len(members)}"
    return ""

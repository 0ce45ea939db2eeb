"""Accounts, conversations and what happened: the state of a server, without I/O.

Everything is synchronous and deterministic: the time is passed in and nothing
is random, so that doing the same changes again gives the same world. A server
with a data file relies on that.
"""

from collections.abc import Callable, Container, Iterable, Sequence

from imnb.devserver.account import Account, fault_of_name, fault_of_user_id
from imnb.devserver.delivery import Delivery
from imnb.devserver.feed import EventFeed
from imnb.devserver.paging import MAX_PAGE_BYTES
from imnb.devserver.refusal import Refusal
from imnb.devserver.room import Membership, Room
from imnb.models.conversation import ConversationKind
from imnb.models.ids import ConversationId, UserId
from imnb.pb import envelope_pb2 as envelope
from imnb.pb import model_pb2 as model
from imnb.pb.chat_pb2 import OutgoingMessage, SendResult
from imnb.pb.content_pb2 import Notice
from imnb.pb.sync_pb2 import ConversationChanged, Event, ReadCursor

MAX_ACCOUNTS = 10_000
MAX_ROOMS = 100_000
MAX_LISTED = 200
"""Members whose conversation names them all; else it names the reader only."""
MAX_TOLD = 50
"""Members who are told the whole state when it changes; else to ask for it."""
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
        page_bytes: of one answer.
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
        self.page_bytes = MAX_PAGE_BYTES
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
        return [
            model.User(user_id=a.user_id, name=a.name, about=a.about, avatar=a.avatar)
            for a in found
        ]

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

    def room_to_write(self, who: UserId, conversation_id: int) -> Room:
        """A conversation that is not only the server's to write in.

        Raises:
            Refusal: as `room`, or it is.
        """
        room = self.room(who, conversation_id)
        if room.kind is ConversationKind.SYSTEM:
            text = "only the server writes here: open a conversation with somebody"
            raise Refusal(envelope.FORBIDDEN, text)
        return room

    def check_accounts(self, user_ids: Iterable[UserId]) -> None:
        """Return when all of them exist.

        Raises:
            Refusal: one does not.
        """
        unknown = sorted(set(user_ids) - self.accounts.keys())
        if unknown:
            text = f"there is no account {', '.join(map(repr, unknown[:5]))}"
            raise Refusal(envelope.NOT_FOUND, text)

    def describe(self, room: Room, who: UserId) -> model.Conversation:
        """A conversation's whole state, as the member ``who`` sees it."""
        listed = room.members if len(room.members) <= MAX_LISTED else (who,)
        return model.Conversation(
            conversation_id=room.conversation_id,
            kind=_WIRE_KINDS[room.kind],
            title=room.title,
            members=[self.member(room, user) for user in listed],
            created_at=room.created_at,
            first_seq=room.first_for(who),
            last_seq=room.last_seq,
            change_seq=room.change_seq,
            version=room.version,
        )

    def member(self, room: Room, user: UserId) -> model.Member:
        """One member's state."""
        membership = room.members[user]
        return model.Member(
            user_id=user,
            name=self.accounts[user].name,
            read_seq=membership.read_seq,
            delivered_seq=membership.delivered_seq,
            role=model.OWNER if user == room.owner else model.MEMBER,
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
        room = self.room_to_write(who, conversation_id)
        account = self.account(who)
        results, changes = self._delivery.deliver(account, room, messages, now)
        if changes:
            self.tell(room.members, changes)
            self.trim(room)
        return results

    def say(self, room: Room, who: UserId, notice: Notice, text: str, now: int) -> None:
        """Note in a room what ``who`` did."""
        self.tell(room.members, self._delivery.say(room, who, notice, text, now))
        self.trim(room)

    def trim(self, room: Room) -> None:
        """Forget the messages that are too many."""
        for user, client_id in self._delivery.trim(room):
            del self.accounts[user].sent[client_id]

    def check_read(self, who: UserId, conversation_id: int, seq: int) -> Room:
        """The conversation that ``who`` may have read so far.

        Raises:
            Refusal: not this conversation, or a message that is not there yet.
        """
        room = self.room(who, conversation_id)
        if seq > room.last_seq:
            text = f"message {seq} cannot be read, {room.last_seq} is the newest"
            raise Refusal(envelope.BAD_REQUEST, text)
        return room

    def mark_read(self, who: UserId, conversation_id: int, seq: int) -> None:
        """Move a read cursor forward; never back.

        Raises:
            Refusal: as `check_read`.
        """
        room = self.check_read(who, conversation_id, seq)
        if seq > room.members[who].read_seq:
            room.members[who].has_read(seq)
            read = ReadCursor(conversation_id=conversation_id, user_id=who, seq=seq)
            self.tell(room.members, [Event(read=read).SerializeToString()])

    def open_direct(self, who: UserId, other: UserId, now: int) -> Room:
        """The one direct conversation of two users; of one with themselves too.

        Raises:
            Refusal: there is no such user.
        """
        pair = frozenset((who, self.account(other).user_id))
        if pair in self._direct:
            return self.rooms[self._direct[pair]]
        room = self.make(ConversationKind.DIRECT, "", (who, other), now)
        self._direct[pair] = room.conversation_id
        return room

    def make(
        self,
        kind: ConversationKind,
        title: str,
        members: Iterable[UserId],
        now: int,
        owner: UserId | None = None,
    ) -> Room:
        """A new conversation.

        Raises:
            Refusal: there are too many.
        """
        if len(self.rooms) >= MAX_ROOMS:
            text = f"{MAX_ROOMS} conversations are the limit of this server"
            raise Refusal(envelope.OVERLOADED, text)
        room_id = ConversationId(len(self.rooms) + 1)
        joining = {member: Membership.since(1) for member in members}
        room = Room(room_id, kind, title, now, joining, owner, version=0)
        self.rooms[room_id] = room
        for member in room.members:
            self.accounts[member].rooms.append(room_id)
        self.tell_state(room, room.members)
        return room

    def tell_state(self, room: Room, joining: Container[UserId] = ()) -> None:
        """Title or members have changed; tell members, the new ones everything."""
        room.version += 1
        changed = ConversationChanged(
            conversation_id=room.conversation_id, version=room.version
        )
        told: dict[tuple[int, UserId | None], bytes] = {}
        to_ask = Event(conversation_changed=changed).SerializeToString()
        for user in room.members:
            if len(room.members) > MAX_TOLD and user not in joining:
                self.tell((user,), [to_ask])
                continue
            # Who may see the same messages is told the same, in the same bytes.
            seen = (
                room.first_for(user),
                user if len(room.members) > MAX_LISTED else None,
            )
            if seen not in told:
                event = Event(conversation=self.describe(room, user))
                told[seen] = event.SerializeToString()
            self.tell((user,), [told[seen]])

    def tell(self, members: Iterable[UserId], changes: Sequence[bytes]) -> None:
        """Add serialised events to the feeds of some users."""
        for member in members:
            self.accounts[member].feed.extend(changes)
            self.on_events(member)

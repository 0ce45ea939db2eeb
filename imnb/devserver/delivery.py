"""Taking messages into a conversation, each exactly once."""

from collections.abc import Iterator, Sequence

from imnb.devserver.account import MAX_CLIENT_ID_CHARACTERS, Account
from imnb.devserver.room import Room
from imnb.models.content import MAX_CONTENT_BYTES
from imnb.models.ids import ClientId, UserId
from imnb.models.kinds import NOTICE
from imnb.models.message import MAX_TEXT_BYTES
from imnb.pb import content_pb2 as content
from imnb.pb import model_pb2 as model
from imnb.pb.chat_pb2 import OutgoingMessage, SendResult
from imnb.pb.sync_pb2 import Event, ReadCursor

MAX_KIND_CHARACTERS = 64


class Delivery:
    """Gives messages their place and time, and knows what came before.

    Args:
        kept_messages: of one conversation.
    """

    def __init__(self, kept_messages: int) -> None:
        self._kept_messages = kept_messages

    def deliver(
        self,
        sender: Account,
        room: Room,
        messages: Sequence[OutgoingMessage],
        now: int,
    ) -> tuple[list[SendResult], list[bytes]]:
        """One result for each message, and the changes that members are told."""
        before = room.last_seq
        # The clock may step back, the time within a conversation may not.
        room.last_at = now = max(now, room.last_at)
        results = [self._take(sender, room, message, now) for message in messages]
        return results, _news(room, sender.user_id, before)

    def say(
        self, room: Room, who: UserId, notice: content.Notice, text: str, now: int
    ) -> list[bytes]:
        """The server notes what ``who`` did; gives the changes of `deliver`."""
        before = room.last_seq
        room.last_at = max(now, room.last_at)
        said = model.Message(
            sender_id=who,
            kind=NOTICE,
            text=text,
            content=content.Content(notice=notice).SerializeToString(),
        )
        _place(room, said, room.last_at)
        return _news(room, who, before)

    def trim(self, room: Room) -> Iterator[tuple[UserId, ClientId]]:
        """Forget what is too much; gives who sent it under which id.

        Of a room that everybody has left, all is too much.
        """
        for change in room.trim(self._kept_messages if room.members else 0):
            message = Event.FromString(change).message
            if message.client_id:  # else a notice
                yield UserId(message.sender_id), ClientId(message.client_id)

    def _take(
        self, sender: Account, room: Room, message: OutgoingMessage, now: int
    ) -> SendResult:
        client_id = ClientId(message.client_id)
        if client_id in sender.sent:
            return _repeated(sender, room, message)
        if fault := fault_of_message(message):
            return SendResult(client_id=client_id, error=fault)
        accepted = model.Message(
            client_id=client_id,
            sender_id=sender.user_id,
            kind=message.kind,
            text=message.text,
            content=message.content,
        )
        _place(room, accepted, now)
        sender.sent[client_id] = room.conversation_id, accepted.seq
        return SendResult(client_id=client_id, seq=accepted.seq, sent_at=now)


def fault_of_message(message: OutgoingMessage) -> str:
    """Why a message cannot be accepted, ever; empty when it can."""
    if not 0 < len(message.client_id) <= MAX_CLIENT_ID_CHARACTERS:
        return f"a client id has 1 to {MAX_CLIENT_ID_CHARACTERS} characters"
    if not 0 < len(message.kind) <= MAX_KIND_CHARACTERS:
        return f"a kind has 1 to {MAX_KIND_CHARACTERS} characters"
    if message.kind == NOTICE:
        return "notices are the server's: send another kind"
    return fault_of_body(message.text, message.content)


def fault_of_body(text: str, content: bytes) -> str:
    """Why this cannot be what a message says; empty when it can."""
    # No character has more than four bytes: most texts need not be encoded.
    if len(text) * 4 > MAX_TEXT_BYTES:
        size = len(text.encode())
        if size > MAX_TEXT_BYTES:
            return f"a text of {size} bytes, {MAX_TEXT_BYTES} is the limit"
    if len(content) > MAX_CONTENT_BYTES:
        return f"a content of {len(content)} bytes, {MAX_CONTENT_BYTES} is the limit"
    return "" if text or content else "the message is empty"


def _place(room: Room, message: model.Message, now: int) -> None:
    """Give a message its place and time."""
    message.conversation_id = room.conversation_id
    message.seq = room.last_seq + 1
    message.sent_at = now
    room.changes.append(Event(message=message).SerializeToString())


def _news(room: Room, who: UserId, before: int) -> list[bytes]:
    """The changes above ``before``; whoever writes has read what was there."""
    changes = room.changes[before - room.first_seq + 1 :]
    member = room.members.get(who)
    if not changes or member is None:
        return changes
    had_unread = member.read_seq < before
    member.has_read(room.last_seq)
    if had_unread:
        # Only then does it tell anybody something: that the sender has seen
        # what the others wrote before.
        changes.append(_read(room, who))
    return changes


def _repeated(sender: Account, room: Room, again: OutgoingMessage) -> SendResult:
    """The answer to a send whose client id was accepted before."""
    conversation_id, seq = sender.sent[ClientId(again.client_id)]
    if conversation_id == room.conversation_id:
        first = Event.FromString(room.change(seq)).message
        if (first.kind, first.text, first.content) == (
            again.kind,
            again.text,
            again.content,
        ):
            return SendResult(client_id=again.client_id, seq=seq, sent_at=first.sent_at)
    return SendResult(
        client_id=again.client_id,
        error=f"this client id was used for another message (conversation "
        f"{conversation_id}, {seq}): give each message an id of its own",
    )


def _read(room: Room, who: UserId) -> bytes:
    cursor = ReadCursor(
        conversation_id=room.conversation_id, user_id=who, seq=room.last_seq
    )
    return Event(read=cursor).SerializeToString()

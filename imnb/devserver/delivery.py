"""Taking messages into a conversation, each exactly once."""

from collections.abc import Iterator, Sequence

from imnb.devserver.account import MAX_CLIENT_ID_CHARACTERS, Account
from imnb.devserver.room import Room
from imnb.models.ids import ClientId, UserId
from imnb.models.message import MAX_TEXT_BYTES
from imnb.pb import model_pb2 as model
from imnb.pb.chat_pb2 import OutgoingMessage, SendResult
from imnb.pb.sync_pb2 import Event, ReadCursor

MAX_CONTENT_BYTES = 256 * 1024
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
        had_unread = room.members[sender.user_id] < room.last_seq
        before = len(room.changes)
        # The clock may step back, the time within a conversation may not.
        room.last_at = now = max(now, room.last_at)
        results = [self._take(sender, room, message, now) for message in messages]
        changes = room.changes[before:]
        if changes:
            room.members[sender.user_id] = room.last_seq
            if had_unread:
                # Only then does it tell anybody something: that the sender has
                # seen what the others wrote before.
                changes.append(_read(room, sender.user_id))
        return results, changes

    def trim(self, room: Room) -> Iterator[tuple[UserId, ClientId]]:
        """Forget what is too much; gives who sent it under which id."""
        for change in room.trim(self._kept_messages):
            message = Event.FromString(change).message
            yield UserId(message.sender_id), ClientId(message.client_id)

    def _take(
        self, sender: Account, room: Room, message: OutgoingMessage, now: int
    ) -> SendResult:
        client_id = ClientId(message.client_id)
        if client_id in sender.sent:
            return _repeated(sender, room, message)
        if fault := fault_of_message(message):
            return SendResult(client_id=client_id, error=fault)
        seq = room.last_seq + 1
        accepted = model.Message(
            conversation_id=room.conversation_id,
            seq=seq,
            client_id=client_id,
            sender_id=sender.user_id,
            kind=message.kind,
            text=message.text,
            content=message.content,
            sent_at=now,
        )
        room.changes.append(Event(message=accepted).SerializeToString())
        sender.sent[client_id] = room.conversation_id, seq
        return SendResult(client_id=client_id, seq=seq, sent_at=now)


def fault_of_message(message: OutgoingMessage) -> str:
    """Why a message cannot be accepted, ever; empty when it can."""
    if not 0 < len(message.client_id) <= MAX_CLIENT_ID_CHARACTERS:
        return f"a client id has 1 to {MAX_CLIENT_ID_CHARACTERS} characters"
    if not 0 < len(message.kind) <= MAX_KIND_CHARACTERS:
        return f"a kind has 1 to {MAX_KIND_CHARACTERS} characters"
    # No character has more than four bytes: most texts need not be encoded.
    if len(message.text) * 4 > MAX_TEXT_BYTES:
        size = len(message.text.encode())
        if size > MAX_TEXT_BYTES:
            return f"a text of {size} bytes, {MAX_TEXT_BYTES} is the limit"
    if len(message.content) > MAX_CONTENT_BYTES:
        size = len(message.content)
        return f"a content of {size} bytes, {MAX_CONTENT_BYTES} is the limit"
    return "" if message.text or message.content else "the message is empty"


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

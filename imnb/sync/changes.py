"""Events of the feed as one change of the store.

This is the receive path: an event that is a message becomes one tuple and
nothing else. The four sorts of events are collected apart, because their order
among each other does not matter: a conversation's heads and read cursors only
grow, and of a conversation or user that comes twice the last state counts.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from imnb.errors import EnvelopeError
from imnb.pb import model_pb2, sync_pb2
from imnb.store.tables import conversation, message, user
from imnb.store.transaction import Transaction
from imnb.sync.plugins import Row
from imnb.wire.mapping import conversation as conversation_mapping
from imnb.wire.mapping import message as message_mapping
from imnb.wire.mapping import user as user_mapping
from imnb.wire.mapping.checks import not_negative, positive, present

if TYPE_CHECKING:
    from imnb.models.conversation import Conversation
    from imnb.models.user import User

ReportError = Callable[[str, BaseException], None]


class Changes:
    """What a batch of events does to the store."""

    def __init__(self) -> None:
        self.users: list[User] = []
        self.conversations: list[Conversation] = []
        self.rows: list[Row] = []
        self.reads: list[tuple[int, str, int]] = []

    def __repr__(self) -> str:
        return f"<Changes: {self.size} rows>"

    @property
    def size(self) -> int:
        """How many rows the writer will have to write."""
        return (
            len(self.rows) + len(self.conversations) + len(self.users) + len(self.reads)
        )

    def apply(self, tx: Transaction) -> None:
        """Carry it out, in the writer's thread; may run twice."""
        if self.users:
            user.upsert(tx, self.users)
        if self.conversations:
            conversation.upsert(tx, self.conversations)
        if self.rows:
            message.insert(tx, self.rows)
        if self.reads:
            conversation.read_cursors(tx, self.reads)

    def add(self, event: sync_pb2.Event) -> None:
        """An event that is not a message as it should be.

        Raises:
            EnvelopeError: it makes no sense.
        """
        match event.WhichOneof("change"):
            case "conversation":
                state = conversation_mapping.from_pb(event.conversation)
                self.conversations.append(state)
            case "read":
                self.reads.append(_read(event.read))
            case "user":
                self.users.append(user_mapping.from_pb(event.user))
            case "message":
                message_mapping.from_pb(event.message)  # says what is wrong with it
            case _:
                # Of a later version of the protocol; the cursor moves past it.
                raise EnvelopeError("it is of a sort that is not known here")


def read_events(events: Iterable[sync_pb2.Event], report: ReportError) -> Changes:
    """The changes that events make.

    An event that makes no sense is reported and left out: asking for it again
    would bring the same, for ever.
    """
    changes = Changes()
    append = changes.rows.append
    for event in events:
        one = event.message
        conversation_id, seq, sent_at = one.conversation_id, one.seq, one.sent_at
        kind, sender = one.kind, one.sender_id
        if conversation_id > 0 and seq > 0 and sent_at >= 0 and kind and sender:
            append(
                (
                    conversation_id,
                    seq,
                    one.client_id,
                    sender,
                    kind,
                    one.text,
                    one.content,
                    sent_at,
                    event.event_seq,
                )
            )
            continue
        try:
            changes.add(event)
        except EnvelopeError as error:
            report(f"event {event.event_seq}", error)
    return changes


def read_messages(messages: Sequence[model_pb2.Message]) -> list[Row]:
    """Rows of messages that came without events.

    Raises:
        EnvelopeError: one of them makes no sense.
    """
    return [
        (
            one.conversation_id,
            one.seq,
            one.client_id,
            one.sender_id,
            one.kind,
            one.text,
            one.content,
            one.sent_at,
            0,
        )
        for one in map(message_mapping.from_pb, messages)
    ]


def _read(read: sync_pb2.ReadCursor) -> tuple[int, str, int]:
    return (
        positive(read.conversation_id, "read.conversation_id"),
        present(read.user_id, "read.user_id"),
        not_negative(read.seq, "read.seq"),
    )

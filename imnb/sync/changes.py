"""Events of the feed as one change of the store.

This is the receive path: an event that is a message becomes one tuple and nothing
else. The sorts of events are collected apart, because their order among each other
does not matter: a conversation's heads and read cursors only grow, of a
conversation or user that comes twice the last state counts, and changes of
messages have a number. Only leaving a conversation takes all along that came
before it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from imnb.errors import EnvelopeError
from imnb.pb import model_pb2, sync_pb2
from imnb.store.tables import contact, conversation, preferences, user, wanted
from imnb.store.transaction import Transaction
from imnb.sync.arrivals import Arrivals
from imnb.sync.plugins.plugin import Apply, Plugin, Row
from imnb.wire.mapping import contact as contact_mapping
from imnb.wire.mapping import conversation as conversation_mapping
from imnb.wire.mapping import message as message_mapping
from imnb.wire.mapping import preferences as preferences_mapping
from imnb.wire.mapping import user as user_mapping
from imnb.wire.mapping.checks import BOUND, not_negative, positive

if TYPE_CHECKING:
    from imnb.models.contact import Contact
    from imnb.models.conversation import Conversation
    from imnb.models.message import Message
    from imnb.models.preferences import Preferences
    from imnb.models.user import User

ReportError = Callable[[str, BaseException], None]


class Changes:
    """What a batch of events does to the store.

    Attributes:
        arrivals: the messages among them.
    """

    def __init__(self) -> None:
        self.arrivals = Arrivals([])
        self.users: list[User] = []
        self.conversations: list[Conversation] = []
        self.steps: list[tuple[int, Apply, Any]] = []
        """Conversation, how to carry it out, and what."""
        self.preferences: list[Preferences] = []
        self.contacts: list[tuple[Contact, int, bool]] = []
        self.versions: dict[int, int] = {}
        """Conversations that changed and were too large to say how."""
        self.left: list[int] = []

    def __repr__(self) -> str:
        return f"<Changes: {self.size} rows>"

    @property
    def rows(self) -> list[Row]:
        """The messages."""
        return self.arrivals.rows

    @property
    def size(self) -> int:
        """How many rows the writer will have to write."""
        return (
            len(self.rows)
            + len(self.conversations)
            + len(self.users)
            + len(self.steps)
            + len(self.preferences)
            + len(self.contacts)
        )

    def apply(self, tx: Transaction) -> bool:
        """Carry it out, in the writer's thread; may run twice.

        Returns:
            Something has to be fetched now.
        """
        if self.left:
            conversation.leave(tx, self.left)
        if self.users:
            user.upsert(tx, self.users)
        is_wanting = bool(self.conversations) and self._renew(tx)
        if self.versions and self._want(tx):
            is_wanting = True
        if self.rows:
            self.arrivals.store(tx)
        if self.steps:
            self._carry_out(tx)
        if self.preferences:
            preferences.store(tx, self.preferences)
        for one, version, is_removed in self.contacts:
            if not contact.change(tx, one, version, is_removed=is_removed):
                is_wanting = True
        return is_wanting

    def add(self, event: sync_pb2.Event, readers: Mapping[str, Plugin]) -> None:
        """An event that is not a message as it should be.

        Raises:
            EnvelopeError: it makes no sense.
        """
        sort = event.WhichOneof("change") or ""
        plugin = readers.get(sort)
        if plugin is not None and plugin.read is not None and plugin.apply is not None:
            key = getattr(event, sort).conversation_id
            self.steps.append((key, plugin.apply, plugin.read(event)))
            return
        match sort:
            case "conversation":
                state = conversation_mapping.from_pb(event.conversation)
                self.conversations.append(state)
            case "conversation_changed":
                changed = event.conversation_changed
                key = positive(changed.conversation_id, "conversation_id")
                self.versions[key] = not_negative(changed.version, "version")
            case "left":
                self._leave(positive(event.left.conversation_id, "conversation_id"))
            case "user":
                self.users.append(user_mapping.from_pb(event.user))
            case "preferences":
                found = preferences_mapping.from_pb(event.preferences)
                self.preferences.append(found)
            case "contact":
                one = contact_mapping.from_pb(event.contact.contact)
                version = positive(event.contact.version, "contact.version")
                self.contacts.append((one, version, event.contact.removed))
            case "message":
                message_mapping.from_pb(event.message)  # says what is wrong with it
            case _:
                # Of a later version of the protocol; the cursor moves past it.
                raise EnvelopeError("it is of a sort that is not known here")

    def _leave(self, key: int) -> None:
        """Nothing counts that came before; I may come back within the batch."""
        self.left.append(key)
        self.arrivals.rows = [row for row in self.rows if row[0] != key]
        self.conversations = [c for c in self.conversations if c.conversation_id != key]
        self.steps = [step for step in self.steps if step[0] != key]
        self.preferences = [p for p in self.preferences if p.conversation_id != key]
        self.versions.pop(key, None)

    def _renew(self, tx: Transaction) -> bool:
        """Whether the members of one of them have to be fetched."""
        found, is_partial = self.conversations, conversation.is_partial
        conversation.upsert(tx, found, whole=True)
        listed = [one for one in found if not is_partial(one)]
        wanted.done(tx, {int(one.conversation_id): one.version for one in listed})
        partial = [int(c.conversation_id) for c in filter(is_partial, found)]
        return bool(partial) and wanted.any_of(tx, partial)

    def _want(self, tx: Transaction) -> bool:
        """Also of what an answer has brought here, but for its members."""
        newer = {}
        for key, version in self.versions.items():
            head = tx.heads.get(key)
            if head is None or not head.known or version > head.version:
                newer[key] = version
        wanted.add(tx, newer)
        return wanted.any_of(tx, self.versions)

    def _carry_out(self, tx: Transaction) -> None:
        by_way: dict[Apply, list[Any]] = {}
        for _, apply, what in self.steps:
            by_way.setdefault(apply, []).append(what)
        for apply, found in by_way.items():
            apply(tx, found)


def read_events(
    events: Iterable[sync_pb2.Event],
    report: ReportError,
    readers: Mapping[str, Plugin],
) -> Changes:
    """The changes that events make.

    An event that makes no sense is reported and left out: asking for it again
    would bring the same, for ever.

    Args:
        events: in order.
        report: takes what makes no sense.
        readers: plugins by the sort of event that they read.
    """
    changes = Changes()
    append = changes.rows.append
    for event in events:
        one = event.message
        conversation_id, seq, sent_at = one.conversation_id, one.seq, one.sent_at
        kind, sender = one.kind, one.sender_id
        if (
            0 < conversation_id < BOUND
            and 0 < seq < BOUND
            and 0 <= sent_at < BOUND
            and kind
            and sender
        ):
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
            changes.add(event, readers)
        except EnvelopeError as error:
            report(f"event {event.event_seq}", error)
        append = changes.rows.append  # leaving makes another list
    return changes


def read_messages(
    messages: Sequence[model_pb2.Message],
) -> tuple[list[Row], list["Message"]]:
    """Rows of messages that came without events, and those that were changed.

    Raises:
        EnvelopeError: one of them makes no sense.
    """
    found = [message_mapping.from_pb(one) for one in messages]
    rows = [
        (
            int(one.conversation_id),
            one.seq,
            str(one.client_id),
            str(one.sender_id),
            one.kind,
            one.text,
            one.content,
            one.sent_at,
            0,
        )
        for one in found
    ]
    return rows, [one for one in found if one.change_seq]

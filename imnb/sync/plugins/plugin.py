"""What a plugin is: a value that knows about kinds of messages, or events."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from imnb.models.message import Draft, Message
from imnb.pb.sync_pb2 import Event
from imnb.store.tables.message import MessageRow
from imnb.store.transaction import Transaction
from imnb.sync.channels import Channel

Row = MessageRow
"""A message as the store takes it: conversation_id, seq, client_id, sender_id,
kind, text, content, sent_at, event_seq."""
KIND = 4
CONTENT = 6
"""Where a `Row` has them."""
COLUMNS = 9

Process = Callable[[Sequence[Row], Channel], Iterable[Row]]
Check = Callable[[Draft], None]
Read = Callable[[Event], Any]
Apply = Callable[[Transaction, Sequence[Any]], None]
Record = Callable[[Transaction, Sequence[Row]], None]
Store = Callable[[Transaction, Sequence[Message]], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Plugin:
    """Something that knows about kinds of messages, or about events.

    A plugin of somebody else's needs a name, its kinds, and what it wants to do:
    ``process`` changes what comes before it is stored; ``store`` keeps what it
    makes of messages in ``tables`` of its own. A message is given to ``store``
    when it is new and whenever it changes (edited, revoked, reacted to), perhaps
    once more after a crash: so it replaces what it has of that message. It runs in
    a transaction of its own, in the store's thread.

    Attributes:
        kinds: of messages that it is for.
        events: of the feed that it reads, by their names in `imnb.pb.sync_pb2.Event`.
        order: lower ones run first; those of imnb have 10 to 60.
        process: changes rows that were received, on the loop, without side effects.
        check: raises ConfigError for a draft that cannot be sent.
        read: makes something of an event; raises EnvelopeError if it makes no sense.
        apply: carries out what ``read`` made, in the transaction of the events.
            Plugins with the same one get everything in the order of the feed.
        record: notes new messages with a content, in their own transaction. What
            it raises fails the whole batch: for what is part of imnb.
        store: notes messages after they were committed.
        tables: SQL that makes what ``store`` writes to; later ones change it. Each
            runs once: only add to them.
        hidden_kinds: of its kinds, those that chats do not show.
        look: how a message looks, for `imnb.viewmodels.presentation`.
    """

    name: str
    kinds: frozenset[str] = frozenset()
    order: int = 100
    process: Process | None = None
    check: Check | None = None
    events: frozenset[str] = frozenset()
    read: Read | None = None
    apply: Apply | None = None
    record: Record | None = None
    store: Store | None = None
    tables: tuple[str, ...] = dataclasses.field(default=(), repr=False)
    hidden_kinds: frozenset[str] = frozenset()
    look: Callable[[Any], Any] | None = None

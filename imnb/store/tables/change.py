"""Edits, revokes and reactions of messages.

Each counts if its change_seq is above that of the stored message, so neither the
way nor the order in which it and the message come matters. One for a message that
is not here waits (`imnb.store.tables.waiting`).
"""

import dataclasses
from collections.abc import Collection, Mapping, Sequence

from imnb.models import kinds
from imnb.models.change import MessageChange, MessageState
from imnb.models.message import Message
from imnb.store.tables import mention, message, part, reaction, waiting
from imnb.store.transaction import Transaction

Key = tuple[int, int]
"""Conversation, seq."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stored:
    """A message that is here, as far as changes are concerned."""

    sender: str
    kind: str
    state: MessageState


def apply(tx: Transaction, changes: Sequence[MessageChange]) -> None:
    """Carry out events of the feed, in its order."""
    changes = [one for one in changes if one.conversation_id not in tx.heads.gone]
    for one in changes:
        head = tx.heads.change(one.conversation_id)
        head.change_seq = max(head.change_seq, one.change_seq)
    stored = load(tx, {_key(one) for one in changes})
    _carry_out(tx, stored, [one for one in changes if _key(one) in stored])
    waiting.add(tx, [one for one in changes if _key(one) not in stored])


def restate(tx: Transaction, messages: Sequence[Message]) -> None:
    """Messages came as they are now; those of them that are here are so too."""
    known = {(int(one.conversation_id), one.seq): one for one in messages}
    stored = load(tx, known.keys())
    after = {
        key: _seen(old, known[key])
        for key, old in stored.items()
        if known[key].change_seq > old.state.change_seq
    }
    _settle(tx, stored, after)


def arrived(tx: Transaction, rows: Sequence[message.MessageRow]) -> None:
    """Messages were stored: what waited for them waits no more."""
    keys = tx.waiting.among(row[:2] for row in rows)
    if keys:
        _carry_out(tx, load(tx, keys), waiting.take(tx, keys))


def load(tx: Transaction, keys: Collection[Key]) -> dict[Key, Stored]:
    """Those of some messages that are here."""
    if not keys:
        return {}
    rows = message.find(tx, list(keys))
    reactions = reaction.load(tx, keys)
    stored = {}
    for row in rows:
        one = message.model(row)
        state = dataclasses.replace(
            MessageState.of(one), reactions=reactions.get(row[:2], frozenset())
        )
        stored[row[0], row[1]] = Stored(one.sender_id, one.kind, state)
    return stored


def _seen(old: Stored, now: Message) -> MessageState:
    """What a message is like now; a piece that became a whole says what that says."""
    state = MessageState.of(now)
    if now.kind == kinds.PART and old.kind != kinds.PART and not state.is_revoked:
        return dataclasses.replace(
            state, text=old.state.text, content=old.state.content
        )
    return state


def _carry_out(
    tx: Transaction, stored: Mapping[Key, Stored], changes: Sequence[MessageChange]
) -> None:
    after: dict[Key, MessageState] = {}
    for one in changes:
        key = _key(one)
        after[key] = after.get(key, stored[key].state).after(one)
    _settle(tx, stored, after)


def _settle(
    tx: Transaction, stored: Mapping[Key, Stored], after: Mapping[Key, MessageState]
) -> None:
    """Write what is other than it was, and what follows from it."""
    after = {key: now for key, now in after.items() if now != stored[key].state}
    if not after:
        return
    _update(tx, after)
    reaction.change(
        tx,
        {key: stored[key].state.reactions for key in after},
        {key: now.reactions for key, now in after.items()},
    )
    mention.change(
        tx,
        {
            key: (stored[key].sender, mention.mentioned(stored[key].kind, now.content))
            for key, now in after.items()
        },
    )
    revoked = [
        key
        for key, now in after.items()
        if now.is_revoked and not stored[key].state.is_revoked
    ]
    pieces = part.revoked(tx, revoked)
    for key in revoked:
        if stored[key].sender != tx.me:
            tx.heads.change(key[0]).own(key[1])
    _show(tx, after, pieces)


def _show(
    tx: Transaction, after: Mapping[Key, MessageState], pieces: Collection[Key]
) -> None:
    """Have the heads say it too; of what is a piece now they say nothing."""
    for key, now in after.items():
        head = tx.heads.change(key[0])
        if head.shown_seq == key[1]:
            head.last_text, head.last_is_revoked = now.text, now.is_revoked
    heads = [tx.heads.change(key[0]) for key in sorted(pieces)]
    shown = {(head.conversation_id, head.shown_seq): None for head in heads}
    message.show_stored(tx, [key[0] for key in shown if key in pieces])


def _update(tx: Transaction, after: Mapping[Key, MessageState]) -> None:
    rev = tx.next_rev()
    states = after.values()
    tx.execute(
        'UPDATE message SET "text" = v.c, content = v.d, edited_at = v.e, '
        "revoked_at = v.f, change_seq = v.g, rev = $1 FROM ("
        "SELECT unnest($2::BIGINT[]) AS a, unnest($3::BIGINT[]) AS b, "
        "unnest($4::VARCHAR[]) AS c, unnest($5::BLOB[]) AS d, "
        "unnest($6::BIGINT[]) AS e, unnest($7::BIGINT[]) AS f, "
        "unnest($8::BIGINT[]) AS g) v WHERE conversation_id = v.a AND seq = v.b",
        [
            rev,
            *message.columns(after.keys()),
            [now.text for now in states],
            [now.content for now in states],
            [now.edited_at or None for now in states],
            [now.revoked_at or None for now in states],
            [now.change_seq for now in states],
        ],
    )
    tx.touched("message", list(after), rev)


def _key(change: MessageChange) -> Key:
    return int(change.conversation_id), change.seq

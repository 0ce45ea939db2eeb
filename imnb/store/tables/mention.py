"""Who is mentioned in which message."""

from collections.abc import Mapping, Sequence

from imnb.models import kinds
from imnb.models.content import EVERYBODY
from imnb.store.tables.message import MessageRow, columns
from imnb.store.transaction import Transaction
from imnb.wire.mapping.content import details

Key = tuple[int, int]
"""Conversation, seq."""


def record(tx: Transaction, rows: Sequence[MessageRow]) -> None:
    """Messages were stored: note whom they mention, and count those of me."""
    found = {row[:2]: users for row in rows if (users := mentioned(row[4], row[6]))}
    _append(tx, found)
    senders = {row[:2]: row[3] for row in rows}
    for key, users in found.items():
        if senders[key] != tx.me and is_about(tx.me, users):
            _count(tx, key, +1)


def change(tx: Transaction, now: Mapping[Key, tuple[str, Sequence[str]]]) -> None:
    """Messages were edited or revoked.

    Args:
        tx: the transaction.
        now: sender, and whom the message mentions now.
    """
    before: dict[Key, list[str]] = {}
    for conversation_id, seq, user_id in tx.fetch(
        "SELECT n.conversation_id, n.seq, n.user_id FROM mention n SEMI JOIN ("
        "SELECT unnest(?::BIGINT[]) AS a, unnest(?::BIGINT[]) AS b) v "
        "ON n.conversation_id = v.a AND n.seq = v.b",
        columns(now.keys()),
    ):
        before.setdefault((conversation_id, seq), []).append(user_id)
    moved = {
        key: one for key, one in now.items() if set(one[1]) != {*before.get(key, ())}
    }
    if not moved:
        return
    tx.execute(
        "DELETE FROM mention USING (SELECT unnest(?::BIGINT[]) AS a, "
        "unnest(?::BIGINT[]) AS b) v WHERE conversation_id = v.a AND seq = v.b",
        columns(moved.keys()),
    )
    _append(tx, {key: users for key, (_, users) in moved.items()})
    for key, (sender, users) in moved.items():
        was, now_is = is_about(tx.me, before.get(key, ())), is_about(tx.me, users)
        if sender != tx.me:
            _count(tx, key, now_is - was)


def count(tx: Transaction, floors: Mapping[int, int]) -> dict[int, int]:
    """How many messages of others above a seq mention me, by conversation."""
    rows = tx.fetch(
        "SELECT n.conversation_id, count(DISTINCT n.seq) FROM mention n JOIN ("
        "SELECT unnest($1::BIGINT[]) AS a, unnest($2::BIGINT[]) AS b) v "
        "ON n.conversation_id = v.a AND n.seq > v.b "
        "JOIN message m ON m.conversation_id = n.conversation_id AND m.seq = n.seq "
        "WHERE n.user_id IN ($3, $4) AND m.sender_id <> $3 GROUP BY 1",
        [list(floors), list(floors.values()), tx.me, EVERYBODY],
    )
    return {row[0]: row[1] for row in rows}


def mentioned(kind: str, content: bytes) -> Sequence[str]:
    """Whom a message mentions, each once; nobody if it cannot be read."""
    if not content or kind not in kinds.WITH_CONTENT:
        return ()
    read = details(kind, content)
    return () if read is None else list(dict.fromkeys(read.mentions))


def is_about(me: str, users: Sequence[str]) -> bool:
    """I am one of them."""
    return me in users or EVERYBODY in users


def _append(tx: Transaction, found: Mapping[Key, Sequence[str]]) -> None:
    rev = tx.next_rev() if found else tx.rev
    rows = [(*key, user, rev) for key, users in found.items() for user in users]
    tx.append("mention", rows)
    tx.touched("mention", list(found), rev)


def _count(tx: Transaction, key: Key, difference: int) -> None:
    head = tx.heads.change(key[0])
    if difference and key[1] > head.floor:
        head.mentions += difference

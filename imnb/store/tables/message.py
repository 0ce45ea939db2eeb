"""Messages that the server has accepted."""

from collections.abc import Sequence

from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.models.message import Message
from imnb.store.connection import Reader, Row
from imnb.store.transaction import Transaction

MessageRow = tuple[int, int, str, str, str, str, bytes, int, int]
"""conversation, seq, client_id, sender, kind, text, content, sent_at, event_seq"""

PAGE_COLUMNS = (
    "conversation_id",
    "seq",
    "client_id",
    "sender_id",
    "kind",
    "text",
    "content",
    "sent_at",
    "edited_at",
    "revoked_at",
    "event_seq",
    "rev",
)
"""Columns of what `page` returns."""

_NEWEST = 1 << 62


def insert(tx: Transaction, rows: Sequence[MessageRow]) -> int:
    """Store messages, moving heads; drafts of the same client id leave the outbox.

    What is stored already, by (conversation, seq), is left as it is. That costs
    nothing for a message newer than all of its conversation, and one query for
    all others together.

    Returns:
        How many were new.
    """
    fresh, older = _parted(tx, rows)
    _store(tx, fresh)
    for conversation_id, row in {row[0]: row for row in fresh}.items():
        head = tx.heads.change(conversation_id)
        head.reach(row[1])
        head.show(row[1], text=row[5], sender=row[3], sent_at=row[7])
    if older:
        older = _absent(tx, older)
        _store(tx, older)
    me = tx.me
    for row in [row for row in fresh + older if row[3] == me]:
        tx.heads.change(row[0]).own(row[1])
    if len(tx.drafts):
        tx.drafts.remove(tx, [row[2] for row in rows if row[3] == me])
    return len(fresh) + len(older)


def page(
    reader: Reader,
    conversation_id: int,
    before: tuple[int, int] | None = None,
    limit: int = 50,
) -> list[Row]:
    """Messages older than ``before`` = (sent_at, seq), newest first."""
    sent_at, seq = before or (_NEWEST, _NEWEST)
    return reader.fetch(
        f"SELECT {', '.join(PAGE_COLUMNS)} FROM message "
        "WHERE conversation_id = $1 AND sent_at <= $2 AND (sent_at < $2 OR seq < $3) "
        "ORDER BY sent_at DESC, seq DESC LIMIT $4",
        [conversation_id, sent_at, seq, limit],
    )


def sent(reader: Reader, sender_id: str, client_ids: Sequence[str]) -> list[Message]:
    """Those of a sender's messages that are here, by client id."""
    if not client_ids:
        return []
    rows = reader.fetch(
        f"SELECT {', '.join(PAGE_COLUMNS)} FROM message WHERE sender_id = ? "
        "AND client_id IN (SELECT unnest(?::VARCHAR[]))",
        [sender_id, list(client_ids)],
    )
    return [model(row) for row in rows]


def model(row: Row) -> Message:
    """The `Message` of a row of `page`."""
    return Message(
        conversation_id=ConversationId(row[0]),
        seq=row[1],
        client_id=ClientId(row[2]),
        sender_id=UserId(row[3]),
        kind=row[4],
        text=row[5],
        content=row[6],
        sent_at=row[7],
    )


def _parted(
    tx: Transaction, rows: Sequence[MessageRow]
) -> tuple[list[MessageRow], list[MessageRow]]:
    """Those newer than all of their conversation, in order, and the others."""
    fresh: list[MessageRow] = []
    older: list[MessageRow] = []
    tops: dict[int, int] = {}
    for row in rows:  # the hot path: no call that can be saved
        conversation_id, seq = row[0], row[1]
        top = tops.get(conversation_id)
        if top is None:
            top = tops[conversation_id] = tx.heads.change(conversation_id).top
        if seq > top:
            tops[conversation_id] = seq
            fresh.append(row)
        else:
            older.append(row)
    return fresh, older


def _store(tx: Transaction, rows: Sequence[MessageRow]) -> None:
    if not rows:
        return
    rev = tx.next_rev()
    tx.append("message", [(*row, rev) for row in rows])
    tx.touched("message", [row[:2] for row in rows], rev)


def _absent(tx: Transaction, rows: Sequence[MessageRow]) -> list[MessageRow]:
    wanted = {row[:2]: row for row in reversed(rows)}
    present = tx.fetch(
        "SELECT m.conversation_id, m.seq FROM message m SEMI JOIN ("
        "SELECT unnest(?::BIGINT[]) AS a, unnest(?::BIGINT[]) AS b) v "
        "ON m.conversation_id = v.a AND m.seq = v.b",
        [[key[0] for key in wanted], [key[1] for key in wanted]],
    )
    for key in present:
        del wanted[key[0], key[1]]
    return sorted(wanted.values(), key=lambda row: row[:2])

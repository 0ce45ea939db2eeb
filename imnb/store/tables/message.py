"""Messages that the server has accepted."""

import math
from collections.abc import Collection, Sequence

from imnb.models import kinds
from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.models.message import Message
from imnb.store.connection import Reader, Row
from imnb.store.transaction import Transaction
from imnb.wire.mapping.content import details

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
    "change_seq",
)
"""Columns of what `page` returns."""
HIDDEN = frozenset({kinds.PART})
"""Kinds that chats do not show; plugins may have others."""
_NOTHING = (0, "", None, None, None, None)

_NEWEST = 1 << 62


def insert(tx: Transaction, rows: Sequence[MessageRow]) -> int:
    """`add`; how many were new."""
    return len(add(tx, rows))


def add(
    tx: Transaction, rows: Sequence[MessageRow], hidden: Collection[str] = HIDDEN
) -> list[MessageRow]:
    """Store messages, moving heads; drafts of the same client id leave the outbox.

    What is stored already, by (conversation, seq), is left as it is. That costs
    nothing for a message newer than all of its conversation, and one query for
    all others together. What I may not see, or not any more, is left out.

    Args:
        tx: the transaction.
        rows: of one batch.
        hidden: kinds that are not shown as a conversation's last message.

    Returns:
        Those that were new.
    """
    fresh, older = _parted(tx, rows)
    _store(tx, fresh)
    for conversation_id, row in {row[0]: row for row in fresh}.items():
        head = tx.heads.change(conversation_id)
        head.reach(row[1])
        head.top = row[1]
        if row[4] in hidden:
            _show_newest(tx, [one for one in fresh if one[0] == row[0]], hidden)
        else:
            head.show(row[1], row[4], row[5], row[3], row[7])
    if older:
        older = _absent(tx, older)
        _store(tx, older)
        _show_newest(tx, older, hidden)
    me = tx.me
    for row in [row for row in fresh + older if row[3] == me]:
        tx.heads.change(row[0]).own(row[1])
    if len(tx.drafts):
        tx.drafts.remove(tx, [row[2] for row in rows if row[3] == me])
    return fresh + older


def show_stored(tx: Transaction, conversation_ids: Sequence[int]) -> None:
    """Show the newest stored message of some conversations, or nothing."""
    if not conversation_ids:
        return
    rows = tx.fetch(
        'SELECT conversation_id, seq, kind, "text", sender_id, sent_at, revoked_at '
        "FROM message WHERE conversation_id IN (SELECT unnest(?::BIGINT[])) "
        "AND kind NOT IN (SELECT unnest(?::VARCHAR[])) QUALIFY row_number() OVER ("
        "PARTITION BY conversation_id ORDER BY seq DESC) = 1",
        [list(conversation_ids), sorted(HIDDEN)],
    )
    newest = {row[0]: row[1:] for row in rows}
    for conversation_id in conversation_ids:
        head = tx.heads.change(conversation_id)
        *shown, revoked_at = newest.get(conversation_id, _NOTHING)
        head.show(*shown)
        head.last_is_revoked = revoked_at is not None


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


def changed(
    reader: Reader, of_kinds: Collection[str], after: int, limit: int
) -> list[Row]:
    """Messages of some kinds with a revision above ``after``, in its order.

    As many as ``limit``, and what was written together with the last of them.
    """
    wanted = "FROM message WHERE rev > $1 AND kind IN (SELECT unnest($2::VARCHAR[]))"
    return reader.fetch(
        f"SELECT {', '.join(PAGE_COLUMNS)} {wanted} AND rev <= (SELECT max(rev) FROM "
        f"(SELECT rev {wanted} ORDER BY rev LIMIT $3)) "
        "ORDER BY rev, conversation_id, seq",
        [after, sorted(of_kinds), limit],
    )


def has_changed(reader: Reader, of_kinds: Collection[str], after: int) -> bool:
    """`changed` would give something."""
    rows = reader.fetch(
        "SELECT 1 FROM message WHERE rev > ? "
        "AND kind IN (SELECT unnest(?::VARCHAR[])) LIMIT 1",
        [after, sorted(of_kinds)],
    )
    return bool(rows)


def rewrite(
    tx: Transaction, keys: Collection[tuple[int, int]], rows: Sequence[MessageRow]
) -> None:
    """Have these rows in the place of those with the keys; others go."""
    kept = [row for row in rows if row[:2] in keys]
    gone = set(keys) - {row[:2] for row in kept}
    if gone:
        tx.execute(
            "DELETE FROM message USING (SELECT unnest(?::BIGINT[]) AS a, "
            "unnest(?::BIGINT[]) AS b) v WHERE conversation_id = v.a AND seq = v.b",
            columns(gone),
        )
        tx.bury("message", sorted(gone), tx.next_rev())
    rev = tx.next_rev()
    tx.execute(
        'UPDATE message SET kind = v.c, "text" = v.d, content = v.e, rev = $1 FROM ('
        "SELECT unnest($2::BIGINT[]) AS a, unnest($3::BIGINT[]) AS b, "
        "unnest($4::VARCHAR[]) AS c, unnest($5::VARCHAR[]) AS d, "
        "unnest($6::BLOB[]) AS e) v WHERE conversation_id = v.a AND seq = v.b",
        [rev, *([row[i] for row in kept] for i in (0, 1, 4, 5, 6))],
    )
    tx.touched("message", [row[:2] for row in kept], rev)
    for row in kept:
        head = tx.heads.change(row[0])
        if head.shown_seq == row[1]:
            head.last_kind, head.last_text = row[4], row[5]
    add(tx, [row for row in rows if row[:2] not in keys])


def find(reader: Reader, keys: Sequence[tuple[int, int]]) -> list[Row]:
    """The messages of some (conversation, seq), as far as they are here."""
    return reader.fetch(
        f"SELECT {', '.join(f'm.{name}' for name in PAGE_COLUMNS)} FROM message m "
        "SEMI JOIN (SELECT unnest(?::BIGINT[]) AS a, unnest(?::BIGINT[]) AS b) v "
        "ON m.conversation_id = v.a AND m.seq = v.b ORDER BY 1, 2",
        columns(keys),
    )


def columns(keys: Collection[tuple[int, int]]) -> list[object]:
    """(conversation, seq) as two lists, for unnest."""
    return [[key[0] for key in keys], [key[1] for key in keys]]


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
        edited_at=row[8] or 0,
        revoked_at=row[9] or 0,
        change_seq=row[12],
        details=details(row[4], row[6]),
    )


def _parted(
    tx: Transaction, rows: Sequence[MessageRow]
) -> tuple[list[MessageRow], list[MessageRow]]:
    """Those newer than all of their conversation, in order, and the others."""
    fresh: list[MessageRow] = []
    older: list[MessageRow] = []
    tops: dict[int, float] = {}
    for row in rows:  # the hot path: no call that can be saved
        conversation_id, seq = row[0], row[1]
        top = tops.get(conversation_id)
        if top is None:
            top = tops[conversation_id] = _bar(tx, conversation_id)
        if seq > top:
            tops[conversation_id] = seq
            fresh.append(row)
        else:
            older.append(row)
    return fresh, older


def _bar(tx: Transaction, conversation_id: int) -> float:
    """What is above it is new, and may be seen."""
    if conversation_id in tx.heads.gone:
        return math.inf
    head = tx.heads.change(conversation_id)
    return max(head.top, head.first_seq - 1)


def _may_be_seen(tx: Transaction, conversation_id: int, seq: int) -> bool:
    if conversation_id in tx.heads.gone:
        return False
    head = tx.heads.change(conversation_id)
    return not head.known or seq >= head.first_seq


def _show_newest(
    tx: Transaction, rows: Sequence[MessageRow], hidden: Collection[str]
) -> None:
    """Show the newest of these, where nothing newer is shown."""
    for row in rows:
        head = tx.heads.change(row[0])
        if row[1] > head.shown_seq and row[4] not in hidden:
            head.show(row[1], row[4], row[5], row[3], row[7])


def _store(tx: Transaction, rows: Sequence[MessageRow]) -> None:
    if not rows:
        return
    rev = tx.next_rev()
    tx.append("message", [(*row, rev) for row in rows])
    tx.touched("message", [row[:2] for row in rows], rev)


def _absent(tx: Transaction, rows: Sequence[MessageRow]) -> list[MessageRow]:
    wanted = {row[:2]: row for row in reversed(rows) if _may_be_seen(tx, *row[:2])}
    if not wanted:
        return []
    present = tx.fetch(
        "SELECT m.conversation_id, m.seq, m.event_seq FROM message m SEMI JOIN ("
        "SELECT unnest(?::BIGINT[]) AS a, unnest(?::BIGINT[]) AS b) v "
        "ON m.conversation_id = v.a AND m.seq = v.b",
        columns(list(wanted)),
    )
    there = [(wanted.pop((key, seq)), event_seq) for key, seq, event_seq in present]
    _number(tx, [row for row, event_seq in there if row[8] and not event_seq])
    return sorted(wanted.values(), key=lambda row: row[:2])


def _number(tx: Transaction, rows: Sequence[MessageRow]) -> None:
    """The events of messages that had come before them; of mine nobody is told."""
    rows = [row for row in rows if row[3] != tx.me]
    if not rows:
        return
    rev = tx.next_rev()
    tx.execute(
        "UPDATE message SET event_seq = v.c, rev = $1 FROM ("
        "SELECT unnest($2::BIGINT[]) AS a, unnest($3::BIGINT[]) AS b, "
        "unnest($4::BIGINT[]) AS c) v WHERE conversation_id = v.a AND seq = v.b",
        [rev, *([row[i] for row in rows] for i in (0, 1, 8))],
    )
    tx.touched("message", [row[:2] for row in rows], rev)

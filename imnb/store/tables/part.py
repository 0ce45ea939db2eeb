"""Pieces of messages that are too long for one.

A piece is a message of the kind ``part``. When all are here, the row of the last
one becomes the whole. The places of the pieces are kept, so that what is revoked
of a whole is known as a piece again.
"""

from collections.abc import Collection, Sequence

from imnb.models import kinds
from imnb.models.content import Part
from imnb.store.tables import mention
from imnb.store.tables.message import MessageRow, columns
from imnb.store.transaction import Transaction
from imnb.wire.mapping.content import details

EXPIRY = 7 * 24 * 3600 * 1_000_000
"""Microseconds after which the rest of a message is not waited for any more."""

Whole = tuple[int, str, str]
"""Conversation, sender, whole_id."""


def record(tx: Transaction, rows: Sequence[MessageRow]) -> None:
    """Pieces were stored: put together what is complete."""
    pieces = [(row, part) for row in rows if (part := _part(row)) is not None]
    if not pieces:
        return
    expire(tx)
    tx.append(
        "part",
        [
            (row[0], row[3], part.whole_id, part.index, part.count, row[1], tx.now)
            for row, part in pieces
        ],
    )
    wholes = {(row[0], row[3], str(part.whole_id)): None for row, part in pieces}
    for whole in wholes:
        _put_together(tx, whole)


def expire(tx: Transaction) -> None:
    """Give up what has been incomplete for too long; its pieces stay as they are."""
    tx.execute(
        "DELETE FROM part USING (SELECT conversation_id AS a, sender_id AS b, "
        "whole_id AS c FROM part GROUP BY ALL "
        "HAVING count(DISTINCT place) < max(places) AND max(arrived_at) < ?) v "
        "WHERE conversation_id = v.a AND sender_id = v.b AND whole_id = v.c",
        [tx.now - EXPIRY],
    )


def revoked(tx: Transaction, keys: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Messages were revoked: one that was put together is a piece again.

    Returns:
        those of them that are pieces, which chats do not show.
    """
    if not keys:
        return set()
    found = tx.fetch(
        "SELECT p.conversation_id, p.seq FROM part p SEMI JOIN ("
        "SELECT unnest(?::BIGINT[]) AS a, unnest(?::BIGINT[]) AS b) v "
        "ON p.conversation_id = v.a AND p.seq = v.b",
        columns(keys),
    )
    if not found:
        return set()
    places = columns([(row[0], row[1]) for row in found])
    there = (
        "FROM (SELECT unnest(?::BIGINT[]) AS a, unnest(?::BIGINT[]) AS b) v "
        "WHERE conversation_id = v.a AND seq = v.b"
    )
    tx.execute(f"UPDATE message SET kind = '{kinds.PART}' {there}", places)
    tx.execute(f"DELETE FROM part {there.replace('FROM', 'USING', 1)}", places)
    return {(row[0], row[1]) for row in found}


def _put_together(tx: Transaction, whole: Whole) -> None:
    pieces = tx.fetch(
        'SELECT p.place, p.places, m.seq, m.kind, m."text", m.content, m.sent_at '
        "FROM part p JOIN message m USING (conversation_id, seq) "
        "WHERE p.conversation_id = ? AND p.sender_id = ? AND p.whole_id = ? "
        "ORDER BY p.place, m.seq",
        list(whole),
    )
    by_place = {row[0]: row for row in reversed(pieces)}
    count = pieces[0][1]
    if sorted(by_place) != list(range(count)) or any(
        row[1] != count or row[3] != kinds.PART for row in by_place.values()
    ):
        return  # not all here, or they do not fit together
    last = by_place[count - 1]
    read = details(kinds.PART, last[5])
    if read is None or not isinstance(read.card, Part):
        return
    text = "".join(by_place[place][4] for place in range(count))
    _become(tx, whole, last, text, read.card)


def _become(
    tx: Transaction, whole: Whole, last: tuple[object, ...], text: str, part: Part
) -> None:
    conversation_id, sender, _ = whole
    seq, sent_at = int(str(last[2])), int(str(last[6]))
    rev = tx.next_rev()
    tx.execute(
        'UPDATE message SET kind = ?, "text" = ?, content = ?, rev = ? '
        "WHERE conversation_id = ? AND seq = ?",
        [part.kind, text, part.content, rev, conversation_id, seq],
    )
    tx.touched("message", [(conversation_id, seq)], rev)
    row = (conversation_id, seq, "", sender, part.kind, text, part.content, sent_at, 0)
    mention.record(tx, [row])
    head = tx.heads.change(conversation_id)
    if seq > head.shown_seq:
        head.show(seq, part.kind, text, sender, sent_at)


def _part(row: MessageRow) -> Part | None:
    if row[4] != kinds.PART:
        return None
    read = details(row[4], row[6])
    return read.card if read and isinstance(read.card, Part) else None

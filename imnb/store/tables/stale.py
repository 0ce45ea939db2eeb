"""Conversations of which changes may be missing, as far as messages are here."""

from collections.abc import Mapping

from imnb.store.connection import Reader
from imnb.store.transaction import Transaction


def mark(tx: Transaction, floors: Mapping[int, int]) -> None:
    """Changes above a change_seq may be missing, by conversation."""
    if not floors:
        return
    tx.execute(
        "INSERT INTO stale SELECT unnest(?::BIGINT[]), unnest(?::BIGINT[]) "
        "ON CONFLICT DO UPDATE SET "
        "after_change_seq = least(after_change_seq, excluded.after_change_seq)",
        [list(floors), list(floors.values())],
    )


def caught_up(tx: Transaction, conversation_id: int, change_seq: int) -> None:
    """Changes up to here were fetched; there are more."""
    tx.execute(
        "UPDATE stale SET after_change_seq = greatest(after_change_seq, ?) "
        "WHERE conversation_id = ?",
        [change_seq, conversation_id],
    )


def clear(tx: Transaction, conversation_id: int) -> None:
    """All that had changed was fetched."""
    tx.execute("DELETE FROM stale WHERE conversation_id = ?", [conversation_id])


def find(reader: Reader, conversation_id: int) -> int | None:
    """Above which change_seq changes may be missing; None: nothing is."""
    rows = reader.fetch(
        "SELECT after_change_seq FROM stale WHERE conversation_id = ?",
        [conversation_id],
    )
    return rows[0][0] if rows else None


def load(reader: Reader) -> list[int]:
    """All of these conversations, the liveliest first."""
    rows = reader.fetch(
        "SELECT s.conversation_id FROM stale s LEFT JOIN conversation c "
        "USING (conversation_id) ORDER BY c.last_at DESC NULLS LAST, 1"
    )
    return [row[0] for row in rows]

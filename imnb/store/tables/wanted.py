"""Conversations to be fetched: they changed, or their members are not all here."""

from collections.abc import Collection, Mapping

from imnb.store.connection import Reader
from imnb.store.transaction import Transaction


def add(tx: Transaction, versions: Mapping[int, int]) -> None:
    """Heard of at a version, by conversation; I am in all of them."""
    if not versions:
        return
    for conversation_id in versions:
        tx.heads.come_back(conversation_id)
    tx.execute(
        "INSERT INTO wanted SELECT unnest(?::BIGINT[]), unnest(?::BIGINT[]) "
        "ON CONFLICT DO UPDATE SET version = greatest(version, excluded.version)",
        [list(versions), list(versions.values())],
    )


def done(tx: Transaction, versions: Mapping[int, int]) -> None:
    """Fetched as of a version."""
    if versions:
        tx.execute(
            "DELETE FROM wanted USING (SELECT unnest(?::BIGINT[]) AS a, "
            "unnest(?::BIGINT[]) AS b) v "
            "WHERE conversation_id = v.a AND version <= v.b",
            [list(versions), list(versions.values())],
        )


def any_of(reader: Reader, conversation_ids: Collection[int]) -> bool:
    """One of these is to be fetched."""
    rows = reader.fetch(
        "SELECT 1 FROM wanted WHERE conversation_id IN (SELECT unnest(?::BIGINT[])) "
        "LIMIT 1",
        [list(conversation_ids)],
    )
    return bool(rows)


def load(reader: Reader) -> dict[int, int]:
    """Version by conversation."""
    rows = reader.fetch("SELECT conversation_id, version FROM wanted ORDER BY 1")
    return {row[0]: row[1] for row in rows}

"""Messages that a plugin failed on; they are kept as they came."""

from collections.abc import Sequence
from typing import NamedTuple

from imnb.store.connection import Reader
from imnb.store.tables.message import columns
from imnb.store.transaction import Transaction


class Failure(NamedTuple):
    """A message, and which plugin failed on it."""

    conversation_id: int
    seq: int
    plugin: str
    error: str


def add(tx: Transaction, failures: Sequence[Failure]) -> None:
    """Note messages that are to be processed again."""
    tx.append("unprocessed", [(*one, tx.now) for one in failures])


def load(reader: Reader, plugin: str, limit: int) -> list[Failure]:
    """The first messages that a plugin failed on."""
    rows = reader.fetch(
        "SELECT conversation_id, seq, plugin, error FROM unprocessed "
        "WHERE plugin = ? ORDER BY rowid LIMIT ?",
        [plugin, limit],
    )
    return [Failure(*row) for row in rows]


def remove(tx: Transaction, plugin: str, keys: Sequence[tuple[int, int]]) -> None:
    """A plugin has processed messages at last."""
    tx.execute(
        "DELETE FROM unprocessed USING (SELECT unnest(?::BIGINT[]) AS a, "
        "unnest(?::BIGINT[]) AS b, ?::VARCHAR AS c) v "
        "WHERE conversation_id = v.a AND seq = v.b AND plugin = v.c",
        [*columns(keys), plugin],
    )

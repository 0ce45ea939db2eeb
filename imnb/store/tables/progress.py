"""How far plugins and presets have come with what they keep in the store."""

from typing import NamedTuple

from imnb.store.connection import Reader
from imnb.store.transaction import Transaction


class Progress(NamedTuple):
    """Where one of them stands.

    Attributes:
        version: of the tables that it keeps; 0: it has none yet.
        rev: what was written up to this revision is in them.
    """

    version: int = 0
    rev: int = 0


def load(reader: Reader, name: str) -> Progress:
    """Where it stands; at the beginning if it was never heard of."""
    rows = reader.fetch("SELECT version, rev FROM progress WHERE name = ?", [name])
    return Progress(*rows[0]) if rows else Progress()


def save(tx: Transaction, name: str, progress: Progress) -> None:
    """Note where it stands, in the transaction of its effect."""
    tx.execute("INSERT OR REPLACE INTO progress VALUES (?, ?, ?)", [name, *progress])

"""How far something has come with the messages that arrive, event by event.

A place is an event_seq of the epoch that the store is in; it is kept in
``progress``, by name and epoch. In a new epoch the count begins anew.
"""

from collections.abc import Collection

from imnb.models.message import Message
from imnb.store.connection import Reader
from imnb.store.tables import cursor, message, progress
from imnb.store.tables.progress import Progress
from imnb.store.transaction import Transaction

VERSION = 1
Place = tuple[str, int]
"""Epoch and event_seq."""


def begin(tx: Transaction, name: str) -> None:
    """The first time, what has arrived by now does not count as new."""
    if not tx.fetch("SELECT 1 FROM progress WHERE starts_with(name, ?)", [f"{name}@"]):
        epoch, event_seq = tx.position.at
        _save(tx, name, epoch, event_seq)


def arrived(
    reader: Reader, name: str, hidden: Collection[str] = (), limit: int = 200
) -> list[tuple[Place, Message]]:
    """The next messages of others that came as events, with the places of those.

    Those that were revoked before anybody was told are left out.
    """
    epoch, _ = cursor.load(reader)
    after = progress.load(reader, f"{name}@{epoch}").rev
    columns = ", ".join(f't."{column}"' for column in message.PAGE_COLUMNS)
    rows = reader.fetch(
        f"SELECT t.event_seq, {columns} FROM message t WHERE t.event_seq > ? "
        "AND t.sender_id <> (SELECT value FROM meta WHERE key = 'me') "
        f"AND t.kind NOT IN ({', '.join('?' * len(hidden)) or '?'}) "
        "AND t.revoked_at IS NULL ORDER BY t.event_seq LIMIT ?",
        [after, *(sorted(hidden) or [""]), limit],
    )
    return [((epoch, row[0]), message.model(row[1:])) for row in rows]


def told(tx: Transaction, name: str, place: Place) -> None:
    """Everything up to this event is done with; of an earlier epoch it all is."""
    if place[0] == tx.position.at[0]:
        _save(tx, name, *place)


def _save(tx: Transaction, name: str, epoch: str, event_seq: int) -> None:
    tx.execute(
        "DELETE FROM progress WHERE starts_with(name, ?) AND name <> ?",
        [f"{name}@", f"{name}@{epoch}"],
    )
    progress.save(tx, f"{name}@{epoch}", Progress(VERSION, event_seq))

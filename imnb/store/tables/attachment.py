"""Files of this disk that go, or went, with my messages; by the message's client id."""

import dataclasses
from collections.abc import Sequence

from imnb.models.attachment import Attachment, AttachmentState
from imnb.models.ids import ClientId, FileId
from imnb.store.connection import Reader, Row
from imnb.store.transaction import Transaction

_COLUMNS = "client_id, path, name, size, modified_ns, file_id, done, state, error"


def add(tx: Transaction, attachment: Attachment) -> None:
    """Store one beside its draft."""
    rev = tx.next_rev()
    values = [*dataclasses.astuple(attachment), rev]
    marks = ", ".join("?" * len(values))
    tx.execute(f"INSERT INTO attachment ({_COLUMNS}, rev) VALUES ({marks})", values)
    tx.touched("attachment", [attachment.client_id], rev)


def moved(tx: Transaction, client_id: str, done: int) -> None:
    """So many bytes were sent."""
    _set(tx, client_id, done=done)


def uploaded(tx: Transaction, client_id: str, file_id: str) -> None:
    """The server has all of it."""
    _set(tx, client_id, file_id=file_id, state=AttachmentState.DONE.value)


def failed(tx: Transaction, client_id: str, error: str) -> None:
    """It will not get there by itself."""
    _set(tx, client_id, state=AttachmentState.FAILED.value, error=error)


def retry(tx: Transaction, client_id: str) -> None:
    """Upload it again, unless the server has it."""
    found = find(tx, client_id)
    if found is not None and found.state is AttachmentState.FAILED:
        state = AttachmentState.WAITING.value
        _set(tx, client_id, state=state, error="", done=0)


def restart(tx: Transaction, client_ids: Sequence[str]) -> None:
    """The server does not have these any more."""
    rev = tx.next_rev()
    moved = tx.fetch(
        "UPDATE attachment SET state = ?, file_id = '', done = 0, rev = ? "
        "WHERE state = ? AND client_id IN (SELECT unnest(?::VARCHAR[])) "
        "RETURNING client_id",
        [
            AttachmentState.WAITING.value,
            rev,
            AttachmentState.DONE.value,
            list(client_ids),
        ],
    )
    tx.touched("attachment", [row[0] for row in moved], rev)


def remove(tx: Transaction, client_ids: Sequence[str]) -> None:
    """Its message was given up."""
    gone = tx.fetch(
        "DELETE FROM attachment WHERE client_id IN (SELECT unnest(?::VARCHAR[])) "
        "RETURNING client_id",
        [list(client_ids)],
    )
    if gone:
        tx.bury("attachment", [row[0] for row in gone], tx.next_rev())


def find(reader: Reader, client_id: str) -> Attachment | None:
    """The file of one message."""
    rows = reader.fetch(
        f"SELECT {_COLUMNS} FROM attachment WHERE client_id = ?", [client_id]
    )
    return _attachment(rows[0]) if rows else None


def waiting(reader: Reader) -> dict[ClientId, Attachment]:
    """What is to be uploaded."""
    rows = reader.fetch(
        f"SELECT {_COLUMNS} FROM attachment WHERE state = ?",
        [AttachmentState.WAITING.value],
    )
    return {row[0]: _attachment(row) for row in rows}


def _set(tx: Transaction, client_id: str, **values: object) -> None:
    rev = tx.next_rev()
    columns = ", ".join(f"{name} = ?" for name in values)
    tx.execute(
        f"UPDATE attachment SET {columns}, rev = ? WHERE client_id = ?",
        [*values.values(), rev, client_id],
    )
    tx.touched("attachment", [client_id], rev)


def _attachment(row: Row) -> Attachment:
    return Attachment(
        client_id=ClientId(row[0]),
        path=row[1],
        name=row[2],
        size=row[3],
        modified_ns=row[4],
        file_id=FileId(row[5]),
        done=row[6],
        state=AttachmentState(row[7]),
        error=row[8],
    )

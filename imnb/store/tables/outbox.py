"""My messages on their way out, in the order in which they were written."""

import dataclasses
from collections.abc import Mapping, Sequence

from imnb.errors import StoreError
from imnb.models.attachment import Attachment, AttachmentState
from imnb.models.ids import ClientId, ConversationId
from imnb.models.message import Draft, SendState
from imnb.store.connection import Reader, Row
from imnb.store.tables import attachment as attachment_table
from imnb.store.transaction import Transaction
from imnb.wire.mapping.content import details, to_bytes

SENDING, FAILED = SendState.SENDING.value, SendState.FAILED.value
_SELECT = (
    'SELECT client_id, conversation_id, kind, "text", content, created_at, state, '
    "error FROM outbox"
)


Job = tuple[Draft, Attachment | None]
"""A draft, and its file if that has to be uploaded before."""


def add(tx: Transaction, draft: Draft, attachment: Attachment | None = None) -> Job:
    """Store a draft behind all others, perhaps with a file to upload.

    Raises:
        StoreError: its client id is in the outbox already.
    """
    if draft.client_id in tx.drafts:
        raise StoreError(f"draft {draft.client_id} is in the outbox already")
    rev = tx.next_rev()
    row = (
        draft.client_id,
        draft.conversation_id,
        draft.kind,
        draft.text,
        draft.content,
        draft.created_at,
        tx.drafts.add(draft.client_id),
        draft.state.value,
        0,
        draft.error,
        rev,
    )
    tx.append("outbox", [row])
    tx.touched("outbox", [draft.client_id], rev)
    if attachment is not None:
        attachment_table.add(tx, attachment)
    return draft, attachment


def accepted(tx: Transaction, client_ids: Sequence[str]) -> None:
    """The server took these; their messages are stored in the same transaction."""
    tx.drafts.remove(tx, client_ids)


def uploaded(
    tx: Transaction, client_id: str, file_id: str, content: bytes
) -> Job | None:
    """The file of a draft is on the server: send it, behind all others.

    Those that were written after it are on their way; this keeps the order of
    sending the same after a crash.

    Args:
        tx: the transaction.
        client_id: of the draft.
        file_id: of its file.
        content: names the file.

    Returns:
        What is to be sent; None when it was given up.
    """
    draft = find(tx, client_id)
    if draft is None or draft.state is not SendState.SENDING:
        return None
    tx.execute(
        "UPDATE outbox SET content = ? WHERE client_id = ?", [content, client_id]
    )
    _to_the_end(tx, client_id)
    attachment_table.uploaded(tx, client_id, file_id)
    return dataclasses.replace(draft, content=content), None


def failed(tx: Transaction, client_id: str, error: str) -> None:
    """The server refused a draft for good; it stays, and says why."""
    _set_state(tx, client_id, SendState.FAILED, error, tried=1)


def fail_in(tx: Transaction, conversation_ids: Sequence[int], error: str) -> None:
    """No draft of these conversations can be sent any more."""
    if not len(tx.drafts):
        return
    rows = tx.fetch(
        "SELECT client_id FROM outbox WHERE state = ? "
        "AND conversation_id IN (SELECT unnest(?::BIGINT[])) ORDER BY position",
        [SENDING, list(conversation_ids)],
    )
    for (client_id,) in rows:
        _set_state(tx, client_id, SendState.FAILED, error, tried=0)


def retry(tx: Transaction, client_id: str) -> Job | None:
    """Send a failed draft again, behind all others.

    Returns:
        What is to be sent; None when it has not failed.

    Raises:
        StoreError: its conversation was lost with an earlier state of the server.
    """
    draft = find(tx, client_id)
    if draft is None or draft.state is not SendState.FAILED:
        return None
    if draft.conversation_id <= 0:
        raise StoreError(f"draft {client_id} cannot be sent: {draft.error}")
    _set_state(tx, client_id, SendState.SENDING, "", tried=0)
    _to_the_end(tx, client_id)
    attachment_table.retry(tx, client_id)
    attachment = attachment_table.find(tx, client_id)
    if attachment is not None and attachment.state is AttachmentState.DONE:
        attachment = None
    again = dataclasses.replace(draft, state=SendState.SENDING, error="")
    return again, attachment


def discard(tx: Transaction, client_id: str) -> None:
    """Give a draft up."""
    if client_id in tx.drafts:
        tx.drafts.remove(tx, [client_id])
        attachment_table.remove(tx, [client_id])


def readdress(tx: Transaction, moved: Mapping[int, int], lost: str) -> None:
    """The server started anew: drafts go to other conversations, or fail.

    Files go again, for those that it had are of its earlier state, as the messages
    are that they answer.
    A number means another conversation there, so what is lost gets one that means
    none: it must not be shown to, or sent again to, somebody else.

    Args:
        tx: the transaction.
        moved: old conversation to new one.
        lost: what drafts of all other conversations say.
    """
    if not len(tx.drafts):
        return
    rev = tx.next_rev()
    tx.execute(
        "UPDATE outbox SET state = ?, error = CASE WHEN state = ? THEN ? ELSE error "
        "END, conversation_id = -abs(conversation_id), rev = ? "
        "WHERE conversation_id NOT IN (SELECT unnest(?::BIGINT[]))",
        [FAILED, SENDING, lost, rev, list(moved)],
    )
    tx.execute(
        "UPDATE outbox SET conversation_id = v.b, rev = $1 FROM ("
        "SELECT unnest($2::BIGINT[]) AS a, unnest($3::BIGINT[]) AS b) v "
        "WHERE conversation_id = v.a",
        [rev, list(moved), list(moved.values())],
    )
    rows = tx.fetch("SELECT client_id, content, kind FROM outbox")
    _forget_answered(tx, rows)
    client_ids = [row[0] for row in rows]
    tx.touched("outbox", client_ids, rev)
    attachment_table.restart(tx, client_ids)


def pending(reader: Reader) -> list[Draft]:
    """What is to be sent, in order."""
    rows = reader.fetch(f"{_SELECT} WHERE state = ? ORDER BY position", [SENDING])
    return [_draft(row) for row in rows]


def jobs(reader: Reader) -> list[Job]:
    """The same, with the files that are to be uploaded."""
    files = attachment_table.waiting(reader)
    return [(draft, files.get(draft.client_id)) for draft in pending(reader)]


def failures(reader: Reader, client_ids: Sequence[str]) -> dict[ClientId, str]:
    """Which of these the server refused for good, and why."""
    rows = reader.fetch(
        "SELECT client_id, error FROM outbox WHERE state = ? "
        "AND client_id IN (SELECT unnest(?::VARCHAR[]))",
        [FAILED, list(client_ids)],
    )
    return {ClientId(client_id): error for client_id, error in rows}


def find(reader: Reader, client_id: str) -> Draft | None:
    """One draft, whatever its state."""
    rows = reader.fetch(f"{_SELECT} WHERE client_id = ?", [client_id])
    return _draft(rows[0]) if rows else None


def _forget_answered(tx: Transaction, rows: Sequence[Row]) -> None:
    """The numbers of what (client_id, content, kind) answer mean others now."""
    for client_id, content, kind in rows:
        read = details(kind, content)
        if read is not None and read.reply_to:
            raw = to_bytes(dataclasses.replace(read, reply_to=0))
            tx.execute(
                "UPDATE outbox SET content = ? WHERE client_id = ?", [raw, client_id]
            )


def _to_the_end(tx: Transaction, client_id: str) -> None:
    position = tx.drafts.add(client_id)  # a new place
    rev = tx.next_rev()
    tx.execute(
        "UPDATE outbox SET position = ?, rev = ? WHERE client_id = ?",
        [position, rev, client_id],
    )
    tx.touched("outbox", [client_id], rev)


def _set_state(
    tx: Transaction, client_id: str, state: SendState, error: str, tried: int
) -> None:
    if client_id not in tx.drafts:
        return
    rev = tx.next_rev()
    tx.execute(
        "UPDATE outbox SET state = ?, error = ?, attempts = attempts + ?, rev = ? "
        "WHERE client_id = ?",
        [state.value, error, tried, rev, client_id],
    )
    tx.touched("outbox", [client_id], rev)


def _draft(row: Row) -> Draft:
    return Draft(
        client_id=ClientId(row[0]),
        conversation_id=ConversationId(row[1]),
        kind=row[2],
        text=row[3],
        content=row[4],
        created_at=row[5],
        state=SendState(row[6]),
        error=row[7],
    )

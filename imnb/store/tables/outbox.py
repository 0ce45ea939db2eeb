"""My messages on their way out, in the order in which they were written."""

from collections.abc import Mapping, Sequence

from imnb.errors import StoreError
from imnb.models.ids import ClientId, ConversationId
from imnb.models.message import Draft, SendState
from imnb.store.connection import Reader, Row
from imnb.store.tables import message
from imnb.store.transaction import Transaction

SENDING, FAILED = SendState.SENDING.value, SendState.FAILED.value
_SELECT = (
    'SELECT client_id, conversation_id, kind, "text", content, created_at, state, '
    "error FROM outbox"
)


def add(tx: Transaction, draft: Draft) -> None:
    """Store a draft behind all others.

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


def accepted(tx: Transaction, rows: Sequence[message.MessageRow]) -> None:
    """The server took these: they move from the outbox to ``message``.

    Also when the message is here already, having come as an event before.
    """
    message.insert(tx, rows)
    tx.drafts.remove(tx, [row[2] for row in rows])


def failed(tx: Transaction, client_id: str, error: str) -> None:
    """The server refused a draft for good; it stays, and says why."""
    _set_state(tx, client_id, SendState.FAILED, error, tried=1)


def retry(tx: Transaction, client_id: str) -> None:
    """Send a failed draft again, behind all others.

    Raises:
        StoreError: its conversation was lost with an earlier state of the server.
    """
    draft = find(tx, client_id)
    if draft is None or draft.state is not SendState.FAILED:
        return
    if draft.conversation_id <= 0:
        raise StoreError(f"draft {client_id} cannot be sent: {draft.error}")
    _set_state(tx, client_id, SendState.SENDING, "", tried=0)
    position = tx.drafts.add(client_id)  # a new place
    tx.execute(
        "UPDATE outbox SET position = ? WHERE client_id = ?", [position, client_id]
    )


def discard(tx: Transaction, client_id: str) -> None:
    """Give a draft up."""
    tx.drafts.remove(tx, [client_id])


def readdress(tx: Transaction, moved: Mapping[int, int], lost: str) -> None:
    """The server started anew: drafts go to other conversations, or fail.

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
    rows = tx.fetch("SELECT client_id FROM outbox")
    tx.touched("outbox", [row[0] for row in rows], rev)


def pending(reader: Reader) -> list[Draft]:
    """What is to be sent, in order."""
    rows = reader.fetch(f"{_SELECT} WHERE state = ? ORDER BY position", [SENDING])
    return [_draft(row) for row in rows]


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

"""My own settings of conversations."""

from collections.abc import Sequence

from imnb.models.ids import ConversationId
from imnb.models.preferences import Preferences
from imnb.store.connection import Reader, Row
from imnb.store.heads import Head
from imnb.store.transaction import Transaction

_SELECT = (
    "SELECT conversation_id, pinned_at, muted_until, draft, draft_reply_to, draft_at "
    "FROM conversation"
)


def store(tx: Transaction, preferences: Sequence[Preferences]) -> None:
    """As the server has them; a draft that was written here later stays."""
    for one in preferences:
        head = _known(tx, one.conversation_id)
        if head is None:
            continue
        head.pinned_at, head.muted_until = one.pinned_at, one.muted_until
        if one.draft_at >= head.draft_at:
            _write(head, one.draft, one.draft_reply_to, one.draft_at)
            head.draft_is_local = False


def write_draft(
    tx: Transaction, conversation_id: int, text: str, reply_to: int, at: int
) -> None:
    """I have written something, which the server does not know yet.

    Args:
        tx: the transaction.
        conversation_id: of one that is here.
        text: empty for no draft any more.
        reply_to: the message that it answers, or 0.
        at: microseconds since 1970, UTC; it counts from the last draft at least.
    """
    head = _known(tx, conversation_id)
    if head is not None and (head.draft, head.draft_reply_to) != (text, reply_to):
        _write(head, text, reply_to, max(at, head.draft_at + 1))
        head.draft_is_local = True


def load(reader: Reader, conversation_id: int) -> Preferences | None:
    """Of one conversation, if it is here."""
    rows = reader.fetch(f"{_SELECT} WHERE conversation_id = ?", [conversation_id])
    return _model(rows[0]) if rows else None


def unsent(reader: Reader) -> list[Preferences]:
    """Those with a draft that the server does not know yet."""
    return [_model(row) for row in reader.fetch(f"{_SELECT} WHERE draft_is_local")]


def _known(tx: Transaction, conversation_id: int) -> Head | None:
    head = tx.heads.get(conversation_id)
    if head is None or not head.known:
        return None
    tx.heads.renew(conversation_id)
    return tx.heads.change(conversation_id)


def _write(head: Head, text: str, reply_to: int, at: int) -> None:
    head.draft, head.draft_reply_to, head.draft_at = text, reply_to, at


def _model(row: Row) -> Preferences:
    return Preferences(ConversationId(row[0]), *row[1:])

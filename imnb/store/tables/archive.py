"""History of earlier states of the server, kept for reading."""

from imnb.store.tables import conversation
from imnb.store.transaction import Transaction


def move_all(tx: Transaction, epoch: str) -> None:
    """Put all messages away under ``epoch`` and remove the conversations."""
    tx.execute(
        "INSERT INTO archived_message "
        "SELECT ?, m.conversation_id, c.title, m.seq, m.client_id, m.sender_id, "
        'm.kind, m."text", m.content, m.sent_at '
        "FROM message m LEFT JOIN conversation c USING (conversation_id)",
        [epoch],
    )
    rows = tx.fetch(
        "SELECT conversation_id FROM conversation "
        "UNION SELECT conversation_id FROM message "
        "UNION SELECT conversation_id FROM waiting_change "
        "UNION SELECT conversation_id FROM wanted "
        "UNION SELECT conversation_id FROM stale"
    )
    conversation.remove(tx, [row[0] for row in rows])
    for row in rows:  # the number may stand for another one from now on
        tx.heads.come_back(row[0])

from imnb.store.tables import archive, conversation, message
from tests.store.rows import commit, group, row


def test_history_is_put_away_and_the_place_is_empty(ledger, cursor):
    def fill(tx):
        conversation.upsert(tx, [group(1, "Team")])
        message.insert(tx, [row(1, 1), row(1, 2), row(2, 1)])

    commit(ledger, fill)
    commit(ledger, lambda tx: archive.move_all(tx, "old"))
    assert cursor.fetch(
        "SELECT epoch, conversation_id, title, seq, text FROM archived_message "
        "ORDER BY 2, 4"
    ) == [
        ("old", 1, "Team", 1, "text 1"),
        ("old", 1, "Team", 2, "text 2"),
        ("old", 2, None, 1, "text 1"),
    ]
    for table in ("conversation", "member", "message"):
        assert cursor.fetch(f"SELECT * FROM {table}") == []
    commit(ledger, lambda tx: message.insert(tx, [row(1, 1, text="new epoch")]))
    assert cursor.fetch("SELECT text FROM message") == [("new epoch",)]

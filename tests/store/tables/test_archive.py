from imnb.models.change import Revoked
from imnb.models.ids import ConversationId
from imnb.store.tables import archive, conversation, message, stale, waiting, wanted
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


def test_nothing_waits_for_a_conversation_that_was_never_here(ledger, cursor):
    def wait(tx):
        waiting.add(tx, [Revoked(ConversationId(5), 1, 1, 7)])
        wanted.add(tx, {6: 1})
        stale.mark(tx, {7: 1})

    commit(ledger, wait)
    commit(ledger, lambda tx: archive.move_all(tx, "old"))
    for table in ("waiting_change", "wanted", "stale"):
        assert cursor.fetch(f"SELECT * FROM {table}") == []
    assert not len(ledger._residents.waiting)

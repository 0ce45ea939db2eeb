import pytest

from imnb.store.connection import Cursor
from imnb.store.residents import Residents
from imnb.store.tables import conversation, cursor, message, outbox
from tests.store.rows import commit, draft, group, row


def test_what_is_loaded_is_what_was_kept(ledger):
    def fill(tx):
        conversation.upsert(tx, [group(1), group(2, last_seq=7)])
        message.insert(tx, [row(1, 1), row(1, 2), row(3, 1)])
        outbox.add(tx, draft("a"))
        outbox.add(tx, draft("b"))
        cursor.save(tx, "epoch", 12)

    commit(ledger, fill)
    kept = ledger._residents
    reader = ledger.cursor()
    loaded = Residents("me")
    loaded.load(Cursor(reader.duck))
    reader.duck.close()
    for key in (1, 2):
        assert loaded.heads.get(key) == kept.heads.get(key)
    assert loaded.heads.get(3).top == 1
    assert not loaded.heads.get(3).known
    assert "a" in loaded.drafts
    assert len(loaded.drafts) == 2
    assert loaded.drafts._position == 2
    assert loaded.position.at == ("epoch", 12)


def test_rollback(ledger):
    commit(ledger, lambda tx: outbox.add(tx, draft("a")))

    def spoil(tx):
        outbox.add(tx, draft("b"))
        outbox.discard(tx, "a")
        cursor.save(tx, "epoch", 3)
        assert tx.position.at == ("epoch", 3)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        commit(ledger, spoil)
    drafts = ledger._residents.drafts
    assert "a" in drafts
    assert "b" not in drafts
    assert ledger._residents.position.at == ("", 0)

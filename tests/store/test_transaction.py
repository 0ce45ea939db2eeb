import pytest

from imnb.errors import StoreError
from imnb.store.feed import Batch
from imnb.store.transaction import APPEND_CHUNK
from tests.store.rows import NOW, commit, row


def rows(count, rev=1):
    return [(*row(1, seq + 1), rev) for seq in range(count)]


@pytest.mark.parametrize("count", [1, APPEND_CHUNK, APPEND_CHUNK + 1])
def test_statements_see_what_was_appended(ledger, count):
    def change(tx):
        tx.append("message", rows(count))
        return tx.fetch("SELECT count(*) FROM message")

    assert commit(ledger, change) == [[(count,)]]


def test_revisions_go_on(ledger):
    assert commit(ledger, lambda tx: tx.next_rev()) == [1]
    assert commit(ledger, lambda tx: (tx.next_rev(), tx.next_rev())) == [(2, 3)]
    assert ledger.revision == 3


def test_what_was_touched_is_fed_after_commit(ledger, feed):
    def change(tx):
        tx.touched("message", [(1, 2)], 5)
        tx.touched("message", [], 6)
        assert feed.take(0) == ([], 0)

    commit(ledger, change)
    assert feed.take(0)[0] == [Batch("message", [(1, 2)], 5)]


def test_tombstones(ledger, cursor, feed):
    commit(ledger, lambda tx: tx.bury("outbox", ["a", "b"], 7))
    assert cursor.fetch("SELECT * FROM tombstone") == [
        ("outbox", "a", 7, NOW),
        ("outbox", "b", 7, NOW),
    ]
    assert all(entry.dead for entry in feed.take(0)[0])


def test_an_error_that_the_change_hides_is_an_error(ledger, cursor, feed):
    def hide(tx):
        tx.append("message", rows(3))
        with pytest.raises(StoreError):
            tx.execute("SELECT no_such_column")
        tx.touched("message", [1], 1)

    with pytest.raises(StoreError, match="nothing was stored"):
        commit(ledger, hide)
    assert cursor.fetch("SELECT count(*) FROM message") == [(0,)]
    assert feed.take(0) == ([], 0)
    assert ledger.revision == 0


def test_repr_shows_counts_only(ledger):
    def change(tx):
        tx.append("message", rows(2))
        return repr(tx)

    [text] = commit(ledger, change)
    assert text == "<Transaction open, revision 0, 2 rows held back>"

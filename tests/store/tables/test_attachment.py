import dataclasses

from imnb.models.attachment import Attachment, AttachmentState
from imnb.store.tables import attachment as table
from tests.store.rows import commit


def attachment(key):
    return Attachment(key, f"/{key}.bin", f"{key}.bin", 10, 5)


def test_from_waiting_to_done(ledger, cursor, feed):
    commit(ledger, lambda tx: [table.add(tx, attachment(key)) for key in "ab"])
    assert table.waiting(cursor) == {key: attachment(key) for key in "ab"}
    mark = feed.mark
    commit(ledger, lambda tx: table.moved(tx, "a", 4))
    assert table.find(cursor, "a").done == 4
    commit(ledger, lambda tx: table.uploaded(tx, "a", "f1"))
    assert table.find(cursor, "a") == dataclasses.replace(
        attachment("a"), file_id="f1", done=4, state=AttachmentState.DONE
    )
    assert list(table.waiting(cursor)) == ["b"]
    assert feed.mark > mark


def test_failed_and_retried_from_the_beginning(ledger, cursor):
    commit(ledger, lambda tx: table.add(tx, attachment("a")))
    commit(ledger, lambda tx: table.moved(tx, "a", 4))
    commit(ledger, lambda tx: table.failed(tx, "a", "gone"))
    found = table.find(cursor, "a")
    assert (found.state, found.error) == ("failed", "gone")
    commit(ledger, lambda tx: table.retry(tx, "a"))
    assert table.find(cursor, "a") == attachment("a")
    commit(ledger, lambda tx: table.uploaded(tx, "a", "f1"))
    commit(ledger, lambda tx: table.retry(tx, "a"))
    commit(ledger, lambda tx: table.retry(tx, "x"))
    assert table.find(cursor, "a").state == "done"


def test_removed_with_a_trace(ledger, cursor):
    commit(ledger, lambda tx: table.add(tx, attachment("a")))
    commit(ledger, lambda tx: table.remove(tx, ["a", "x"]))
    assert table.find(cursor, "a") is None
    graves = cursor.fetch("SELECT table_name, key FROM tombstone")
    assert graves == [("attachment", "a")]
    commit(ledger, lambda tx: table.remove(tx, ["a"]))
    assert cursor.fetch("SELECT count(*) FROM tombstone") == [(1,)]

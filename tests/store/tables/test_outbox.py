import dataclasses

import pytest

from imnb.errors import StoreError
from imnb.models.message import SendState
from imnb.store.tables import outbox
from tests.store.rows import commit, draft, row


def pending(reader):
    return [one.client_id for one in outbox.pending(reader)]


def test_in_the_order_of_writing(ledger, cursor):
    for key in "bca":
        commit(ledger, lambda tx, key=key: outbox.add(tx, draft(key)))
    assert pending(cursor) == ["b", "c", "a"]
    assert outbox.find(cursor, "c") == draft("c")
    assert outbox.find(cursor, "x") is None


def test_one_client_id_once(ledger, cursor):
    commit(ledger, lambda tx: outbox.add(tx, draft("a")))
    with pytest.raises(StoreError, match="draft a is in the outbox already"):
        commit(ledger, lambda tx: outbox.add(tx, draft("a", text="other")))
    assert outbox.pending(cursor) == [draft("a")]


def test_failed_retry_discard(ledger, cursor, feed):
    commit(ledger, lambda tx: [outbox.add(tx, draft(key)) for key in "ab"])
    commit(ledger, lambda tx: outbox.failed(tx, "a", "too long"))
    assert pending(cursor) == ["b"]
    found = outbox.find(cursor, "a")
    assert found == dataclasses.replace(
        draft("a"), state=SendState.FAILED, error="too long"
    )
    commit(ledger, lambda tx: outbox.retry(tx, "a"))
    commit(ledger, lambda tx: outbox.retry(tx, "b"))  # it is under way
    assert outbox.pending(cursor) == [draft("b"), draft("a")]
    assert cursor.fetch("SELECT attempts FROM outbox ORDER BY position") == [(0,), (1,)]
    commit(ledger, lambda tx: outbox.discard(tx, "a"))
    mark = feed.mark
    commit(ledger, lambda tx: outbox.discard(tx, "a"))
    commit(ledger, lambda tx: outbox.failed(tx, "a", "gone"))
    assert feed.take(mark) == ([], mark)
    assert pending(cursor) == ["b"]


def test_accepted_moves_in_one_commit(ledger, cursor):
    commit(ledger, lambda tx: outbox.add(tx, draft("a")))
    rows = [row(1, 1, "me", client_id="a")]
    commit(ledger, lambda tx: outbox.accepted(tx, rows))
    assert outbox.pending(cursor) == []
    assert cursor.fetch("SELECT client_id, state FROM chat_row") == [("a", "sent")]
    commit(ledger, lambda tx: outbox.accepted(tx, rows))
    assert cursor.fetch("SELECT count(*) FROM message") == [(1,)]


def test_readdress(ledger, cursor):
    drafts = [draft("a", 1), draft("b", 2), draft("c", 3)]
    commit(ledger, lambda tx: [outbox.add(tx, one) for one in drafts])
    commit(ledger, lambda tx: outbox.readdress(tx, {1: 11, 3: 13}, "lost"))
    assert [(d.client_id, d.conversation_id) for d in outbox.pending(cursor)] == [
        ("a", 11),
        ("c", 13),
    ]
    assert outbox.find(cursor, "b").error == "lost"
    assert outbox.failures(cursor, ["a", "b", "x"]) == {"b": "lost"}
    commit(ledger, lambda tx: outbox.readdress(tx, {}, "lost too"))
    assert pending(cursor) == []


def test_what_is_lost_goes_to_nobody_else(ledger, cursor):
    """Conversation 2 of the new state is another one than that of the old."""
    commit(ledger, lambda tx: [outbox.add(tx, draft(key, 2)) for key in "ab"])
    commit(ledger, lambda tx: outbox.failed(tx, "a", "too long"))
    commit(ledger, lambda tx: outbox.readdress(tx, {1: 2}, "lost"))
    rows = "SELECT client_id FROM outbox WHERE conversation_id > 0"
    assert cursor.fetch(rows) == []
    assert outbox.failures(cursor, ["a", "b"]) == {"a": "too long", "b": "lost"}
    with pytest.raises(StoreError, match="b cannot be sent: lost"):
        commit(ledger, lambda tx: outbox.retry(tx, "b"))
    commit(ledger, lambda tx: outbox.readdress(tx, {1: 2}, "lost again"))
    assert cursor.fetch(rows) == []

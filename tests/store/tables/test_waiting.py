import pytest

from imnb.models.change import Revoked
from imnb.models.ids import ConversationId
from imnb.store.tables import stale, waiting
from tests.store.rows import commit


def revoke(seq, change_seq, conversation=1):
    return Revoked(ConversationId(conversation), seq, change_seq, 7)


def test_what_is_taken_comes_in_order_and_once(ledger):
    changes = [revoke(1, 5), revoke(2, 1), revoke(1, 3)]
    commit(ledger, lambda tx: waiting.add(tx, changes))
    keys = ledger._residents.waiting.among([(1, 1), (1, 9)])
    assert keys == [(1, 1)]
    [taken] = commit(ledger, lambda tx: waiting.take(tx, keys))
    assert taken == [changes[2], changes[0]]
    assert len(ledger._residents.waiting) == 1


def test_a_failed_transaction_leaves_them_waiting(ledger):
    commit(ledger, lambda tx: waiting.add(tx, [revoke(1, 5)]))

    def spoil(tx):
        waiting.take(tx, [(1, 1)])
        waiting.add(tx, [revoke(2, 6)])
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        commit(ledger, spoil)
    assert ledger._residents.waiting.among([(1, 1), (1, 2)]) == [(1, 1)]


def test_too_many_make_their_conversation_stale(ledger, cursor, monkeypatch):
    monkeypatch.setattr(waiting, "MOST", 4)
    monkeypatch.setattr(waiting, "_SPARE", 1)
    changes = [revoke(seq, 10 + seq) for seq in range(1, 6)]
    commit(ledger, lambda tx: waiting.add(tx, changes))
    left = cursor.fetch("SELECT seq FROM waiting_change ORDER BY 1")
    assert left == [(3,), (4,), (5,)]
    assert stale.find(cursor, 1) == 10


def test_changes_of_one_message_are_as_few(ledger, cursor, monkeypatch):
    monkeypatch.setattr(waiting, "MOST", 4)
    monkeypatch.setattr(waiting, "_SPARE", 1)
    for number in range(1, 8):
        commit(ledger, lambda tx, n=number: waiting.add(tx, [revoke(n % 2, n)]))
    assert cursor.fetch("SELECT seq, change_seq FROM waiting_change ORDER BY 2") == [
        (0, 2),
        (0, 4),
        (0, 6),
        (1, 7),
    ]
    assert ledger._residents.waiting.changes == 4
    assert stale.find(cursor, 1) == 0

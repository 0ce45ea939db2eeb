from imnb.store.tables import unprocessed
from imnb.store.tables.unprocessed import Failure
from tests.store.rows import commit


def test_kept_in_order_until_removed(ledger, cursor):
    failures = [Failure(1, seq, "poll", "no") for seq in (3, 1, 2)]
    other = Failure(1, 3, "other", "no")
    commit(ledger, lambda tx: unprocessed.add(tx, [*failures, other]))
    assert unprocessed.load(cursor, "poll", 2) == failures[:2]
    commit(ledger, lambda tx: unprocessed.remove(tx, "poll", [(1, 3), (1, 2)]))
    assert unprocessed.load(cursor, "poll", 9) == [failures[1]]
    assert unprocessed.load(cursor, "other", 9) == [other]

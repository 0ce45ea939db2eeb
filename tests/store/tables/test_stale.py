from imnb.store.tables import stale
from tests.store.rows import commit


def test_the_lowest_floor_holds_until_it_is_caught_up(ledger, cursor):
    assert stale.find(cursor, 1) is None
    for floor in (5, 7, 3):
        commit(ledger, lambda tx, floor=floor: stale.mark(tx, {1: floor, 2: 9}))
    assert stale.find(cursor, 1) == 3
    commit(ledger, lambda tx: stale.caught_up(tx, 1, 6))
    assert stale.find(cursor, 1) == 6
    assert stale.load(cursor) == [1, 2]
    commit(ledger, lambda tx: stale.clear(tx, 1))
    assert stale.load(cursor) == [2]

from imnb.store.tables import wanted
from tests.store.rows import commit


def test_the_newest_version_is_wanted_until_it_is_here(ledger, cursor):
    for version in (2, 5, 3):
        commit(ledger, lambda tx, v=version: wanted.add(tx, {1: v, 2: 1}))
    assert wanted.load(cursor) == {1: 5, 2: 1}
    commit(ledger, lambda tx: wanted.done(tx, {1: 4, 2: 1}))
    assert wanted.load(cursor) == {1: 5}
    commit(ledger, lambda tx: wanted.done(tx, {1: 5}))
    assert wanted.load(cursor) == {}


def test_some_are_wanted_or_none(ledger, cursor):
    commit(ledger, lambda tx: wanted.add(tx, {1: 4}))
    assert wanted.any_of(cursor, [1, 2])
    assert not wanted.any_of(cursor, [2, 3])

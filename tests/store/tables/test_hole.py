import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.store.tables import conversation, hole, message
from tests.store.rows import commit, group, row

ranges = st.tuples(st.integers(1, 30), st.integers(1, 30))


def members(found):
    return {seq for low, high in found for seq in range(low, high + 1)}


@given(st.lists(ranges))
def test_merged(found):
    result = hole.merged(found)
    assert members(result) == members(found)
    assert all(a[1] + 1 < b[0] for a, b in itertools.pairwise(result))


@given(ranges, ranges)
def test_without(one, filled):
    result = hole.without(one, filled)
    assert members(result) == members([one]) - members([filled])


def test_add_and_fill(ledger, cursor):
    commit(ledger, lambda tx: [hole.add(tx, 1, 1, 5), hole.add(tx, 1, 6, 9)])
    commit(ledger, lambda tx: hole.add(tx, 2, 3, 3))
    assert hole.load(cursor, 1) == [(1, 9)]
    commit(ledger, lambda tx: hole.fill(tx, 1, 4, 6))
    assert hole.load(cursor, 1) == [(1, 3), (7, 9)]
    commit(ledger, lambda tx: hole.fill(tx, 1, 1, 20))
    assert hole.load(cursor, 1) == []
    assert hole.load(cursor, 2) == [(3, 3)]


EXTENTS = [
    ([3, 4, 7], (1, 9), [(1, 2), (5, 6), (8, 9)]),
    ([1, 2, 3], (1, 3), []),
    ([], (4, 6), [(4, 6)]),
    ([], (1, 0), []),
    ([1, 2, 9], (5, 7), [(5, 7)]),
]


@pytest.mark.parametrize(("seqs", "extent", "holes"), EXTENTS)
def test_find_judges_by_key(ledger, cursor, seqs, extent, holes):
    rows = [row(1, seq) for seq in seqs] + [row(2, 2)]
    commit(ledger, lambda tx: message.insert(tx, rows))
    commit(ledger, lambda tx: hole.find(tx, [(1, *extent), (2, 1, 3)]))
    assert hole.load(cursor, 1) == holes
    assert hole.load(cursor, 2) == [(1, 1), (3, 3)]


def test_newest(ledger, cursor):
    def fill(tx):
        groups = [group(key, last_seq=2000) for key in (1, 2, 3)]
        conversation.upsert(tx, groups)
        hole.find(tx, [])
        hole.add(tx, 1, 1, 500)
        hole.add(tx, 2, 1, 500)
        hole.add(tx, 2, 900, 1500)

    commit(ledger, fill)
    assert hole.newest(cursor, 10, within=1000) == [(2, 900, 1500)]
    assert len(hole.newest(cursor, 1, within=2000)) == 1

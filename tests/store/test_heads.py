import dataclasses

import pytest

from imnb.store.heads import FEW, Head
from imnb.store.tables import conversation, message
from tests.store.rows import commit, group, row, told

UNREAD = [
    # (first, last, read) and what is stored as (seq, mine), then unread
    ((1, 0, 0), [(1, False), (2, False)], 2),
    ((1, 0, 0), [(1, False), (2, True)], 1),
    ((1, 0, 1), [(1, False), (2, False)], 1),
    ((1, 5, 5), [(3, False)], 0),
    ((1, 5, 2), [], 3),
    ((1, 5, 2), [(6, False)], 4),
    ((1, 5, 2), [(5, True)], 2),
    ((1, 5, 2), [(2, True)], 3),
    ((8, 7, 0), [(8, False)], 1),
    ((8, 9, 0), [], 2),
]


@pytest.mark.parametrize(("extent", "stored", "unread"), UNREAD)
def test_unread(ledger, cursor, extent, stored, unread):
    first, last, read = extent
    one = group(1, first_seq=first, last_seq=last, members={"me": read, "alice": 0})
    rows = [row(1, seq, "me" if mine else "alice") for seq, mine in stored]
    commit(ledger, lambda tx: conversation.upsert(tx, [one]))
    commit(ledger, lambda tx: message.insert(tx, rows))
    assert cursor.fetch("SELECT unread FROM conversation") == [(unread,)]
    commit(ledger, lambda tx: conversation.upsert(tx, [one]))  # counted anew
    assert cursor.fetch("SELECT unread FROM conversation") == [(unread,)]


def test_reach_and_own():
    head = Head(1, first_seq=3, last_seq=2, read_seq=4)
    head.reach(6)
    assert (head.floor, head.last_seq, head.unread) == (4, 6, 2)
    head.own(4)
    head.own(5)
    head.reach(5)
    assert head.unread == 1


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, 50])
def test_heads_that_moved_are_written_once(ledger, cursor, feed, count):
    keys = list(range(1, 61))
    commit(ledger, lambda tx: conversation.upsert(tx, [group(key) for key in keys]))
    mark = feed.mark
    rows = [row(key, seq) for key in keys[:count] for seq in (1, 2)]
    commit(ledger, lambda tx: message.insert(tx, rows))
    stored = cursor.fetch(
        "SELECT last_seq, unread, last_text, last_sender, last_at, count(*) "
        "FROM conversation GROUP BY ALL ORDER BY 1"
    )
    assert stored[0] == (0, 0, None, None, None, 60 - count)
    assert stored[1] == (2, 2, "text 2", "alice", rows[1][7], count)
    changed = [key for table, key, _ in told(feed, mark) if table == "conversation"]
    assert changed == keys[:count]


def test_an_unchanged_head_is_not_written(ledger, feed):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    commit(ledger, lambda tx: message.insert(tx, [row(1, 1)]))
    mark = feed.mark
    commit(ledger, lambda tx: message.insert(tx, [row(1, 1)]))
    assert feed.take(mark) == ([], mark)


def test_rollback_restores(ledger):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1), group(2)]))
    heads = ledger._residents.heads
    before = [dataclasses.replace(heads.get(key)) for key in (1, 2)]

    def spoil(tx):
        message.insert(tx, [row(1, 1), row(3, 1)])
        conversation.remove(tx, [2])
        conversation.upsert(tx, [group(4)])
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        commit(ledger, spoil)
    assert [heads.get(1), heads.get(2)] == before
    assert len(heads) == 2
    assert heads.get(3) is None


def test_removed_and_made_again_in_one_transaction(ledger, cursor):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1, last_seq=9)]))

    def again(tx):
        conversation.remove(tx, [1])
        conversation.upsert(tx, [group(1, "new")], whole=True)

    commit(ledger, again)
    assert cursor.fetch("SELECT title, last_seq FROM conversation") == [("new", 0)]

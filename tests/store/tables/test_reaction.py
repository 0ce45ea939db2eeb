from imnb.models.ids import UserId
from imnb.models.message import Reaction
from imnb.store.tables import reaction
from tests.store.rows import commit, told

A, B, C = (Reaction(UserId("bob"), emoji) for emoji in "abc")


def test_only_the_difference_is_written(ledger, cursor, feed):
    new = {(1, 1): [A, B], (1, 2): [A]}
    commit(ledger, lambda tx: reaction.change(tx, dict.fromkeys(new, ()), new))
    assert reaction.load(cursor, [(1, 1), (1, 3)]) == {(1, 1): {A, B}}
    mark = feed.mark
    commit(ledger, lambda tx: reaction.change(tx, {(1, 1): [A, B]}, {(1, 1): [B, C]}))
    assert reaction.load(cursor, [(1, 1)]) == {(1, 1): {B, C}}
    changed = [(key[3], dead) for _, key, dead in told(feed, mark)]
    assert changed == [("a", True), ("c", False)]

from imnb.live.fresh import Fresh
from imnb.store.feed import Batch

FRESH = Fresh(
    [
        Batch("message", [(1, 5), (2, 1)], 3),
        Batch("message", [(1, 5), (1, 6)], 4),
        Batch("outbox", ["a", "b"], 5, dead=True),
    ]
)


def test_each_key_is_named_once_in_order_of_commits():
    assert list(FRESH.keys("message")) == [(1, 5), (2, 1), (1, 6)]
    assert list(FRESH.keys("user")) == []


def test_keys_by_how_they_begin():
    assert FRESH.within("message", 1) == [(1, 5), (1, 6)]
    assert FRESH.within("message", 9) == ()
    assert FRESH.within("outbox", "a") == ["a"]


def test_what_was_removed():
    assert FRESH.gone("outbox") == {"a", "b"}
    assert FRESH.gone("message") == set()


def test_which_tables_changed():
    assert "message" in FRESH
    assert "user" not in FRESH
    assert repr(FRESH) == "<Fresh 3 of message, 2 of outbox>"

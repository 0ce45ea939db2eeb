import pytest

from imnb.live.fresh import Fresh
from imnb.live.rule import Branch, Falling, Rule, leads_to, named_in, read_anew
from imnb.live.window import Placed, Window
from imnb.store.feed import Batch

BRANCH = Branch(
    "message", ("conversation_id", "seq"), ("t.seq", "t.rev"), "true", ("seq",),
    partition=(1,),
)  # fmt: skip
RULE = Rule("test", ("key", "rev"), (BRANCH,))
SHOWN = Window(5).lowered(
    [Placed((0, 7), ("message", (1, 7)), ("#7", "bob", 7))], is_all=True
)


def candidates(rule, window, *batches):
    found = rule.candidates(Fresh(batches), window)
    return None if found is None else list(found)


def test_keys_of_the_partition_at_or_above_the_floor_are_candidates():
    changed = Batch("message", [(1, 3), (1, 4), (2, 9)], 1)
    floor = Window(5, floor=(0, 4))
    assert candidates(RULE, floor, changed) == [("message", (1, 4))]
    assert candidates(RULE, Window(5), changed) == [
        ("message", (1, 3)),
        ("message", (1, 4)),
    ]


def test_other_tables_are_not_looked_at():
    assert candidates(RULE, Window(5), Batch("user", ["bob"], 1)) == []
    assert RULE.tables == {"message"}


@pytest.mark.parametrize(
    ("dependency", "batch", "touched"),
    [
        (named_in("user", 1), Batch("user", ["bob"], 1), [("message", (1, 7))]),
        (named_in("user", 1), Batch("user", ["eve"], 1), []),
        (leads_to("m", "room"), Batch("m", [(4, "bob")], 1), [("room", 4)]),
        (leads_to("m", "room"), Batch("m", ["x"], 1), [("room", "x")]),
        (read_anew("user"), Batch("user", ["eve"], 1), None),
        (read_anew("hole", 1), Batch("hole", [1], 1), None),
        (read_anew("hole", 1), Batch("hole", [2], 1), []),
        (read_anew("room", 1, gone=True), Batch("room", [1], 1), []),
        (read_anew("room", 1, gone=True), Batch("room", [1], 1, True), None),
    ],
)
def test_what_a_change_elsewhere_touches(dependency, batch, touched):
    rule = Rule("test", ("key", "rev"), (), (dependency,))
    assert candidates(rule, SHOWN, batch) == touched
    assert rule.tables == {dependency.table}


@pytest.mark.parametrize(
    ("newest_first", "from_lowest", "keys"),
    [(False, False, [1, 2]), (True, False, [2, 1])],
)
def test_display_order(newest_first, from_lowest, keys):
    rule = Rule("test", (), (), newest_first=newest_first, from_lowest=from_lowest)
    rows = [Placed(rule.place(0, (n,)), ("t", n), (n, n)) for n in (1, 2)]
    assert [row[0] for row in rule.shown(Window(5).lowered(rows, True))] == keys


def test_from_the_lowest_the_order_is_kept_and_the_window_turned_round():
    rule = Rule("test", (), (), from_lowest=True)
    rows = [Placed(rule.place(0, (n,)), ("t", n), (n, n)) for n in (1, 2, 3)]
    assert [row[0] for row in rule.shown(Window(2).lowered(rows, True))] == [1, 2]


def test_falling_places_turn_the_order_round():
    assert Falling((0, "b")) < Falling((0, "a"))
    assert Falling((0, 1)) == Falling((0, 1))
    assert hash(Falling((0, 1))) == hash(Falling((0, 1)))


def test_rules_that_give_the_same_rows_are_equal():
    again = Rule("test", ("key", "rev"), (BRANCH,), (read_anew("user"),))
    assert {RULE: 1}[again] == 1

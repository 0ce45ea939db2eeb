import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imnb.live.rule import Falling
from imnb.live.window import Placed, Window

EXAMPLES = int(os.environ.get("IMNB_WINDOWS", "200"))
"""Scripts of some 20 steps; the long form is 2,500 with each of three seeds."""


class Collection:
    """All rows in memory: what a store would answer, and what is right."""

    def __init__(self, falls):
        self.place = Falling if falls else (lambda place: place)
        self.rows = {}

    def all(self):
        found = [
            Placed(self.place((value, key)), ("t", key), (key, rev))
            for key, (value, rev) in self.rows.items()
        ]
        return sorted(found, key=lambda one: one.place)

    def below(self, floor, count):
        rows = [one for one in self.all() if floor is None or one.place < floor]
        return rows[-count:] if count else [], len(rows) <= count

    def above(self, ceiling, count):
        rows = [one for one in self.all() if one.place > ceiling]
        return rows[:count], len(rows) <= count

    def change(self, edits, rev):
        changed = set()
        for key, value in edits:
            changed.add(("t", key))
            if value is None:
                self.rows.pop(key, None)
            else:
                self.rows[key] = (value, rev)
        return changed


def refilled(window, collection):
    if window.missing:
        return window.lowered(*collection.below(window.floor, window.missing))
    return window


def right(collection, window):
    """The rows of the window, computed from everything."""
    rows = [
        one
        for one in collection.all()
        if window.ceiling is None or one.place <= window.ceiling
    ]
    return tuple(rows[-window.limit :])


edits = st.lists(
    st.tuples(st.integers(0, 60), st.none() | st.integers(0, 9)), max_size=12
)
steps = st.one_of(
    st.tuples(st.just("change"), edits),
    st.tuples(st.just("older"), st.integers(1, 8)),
    st.tuples(st.just("newer"), st.integers(1, 8)),
    st.tuples(st.just("fit"), st.integers(3, 9)),
)


def moved(window, what, value, collection, rev):
    match what:
        case "change":
            changed = collection.change(value, rev)
            found = [one for one in collection.all() if one.id in changed]
            return refilled(window.applied(changed, found), collection)
        case "older":
            return refilled(window.grown(value), collection)
        case "newer" if window.ceiling is not None:
            return window.raised(*collection.above(window.ceiling, value))
        case "fit":
            return window.fitted(value)
    return window


def check(limit, falls, first, script):
    collection = Collection(falls)
    collection.change(first, 0)
    blank = Window(limit)
    window = blank.lowered(*collection.below(None, blank.capacity))
    for rev, (what, value) in enumerate(script, start=1):
        window = moved(window, what, value, collection, rev)
        if not what == "fit":
            assert window.shown == right(collection, window)
        spanned = [one for one in collection.all() if window.spans(one.place)]
        assert list(window.held) == spanned
        assert len(window.held) <= window.capacity


scripts = (st.integers(1, 8), st.booleans(), edits, st.lists(steps, max_size=20))


@given(*scripts)
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_window_is_what_reading_everything_gives(limit, falls, first, script):
    check(limit, falls, first, script)


def placed(*numbers):
    return [Placed((n,), ("t", n), (n, 0)) for n in numbers]


def numbers(window):
    return [one.row[0] for one in window.shown]


def test_rows_that_go_are_replaced_by_spare_ones_without_a_query():
    window = Window(3).lowered(placed(1, 2, 3, 4, 5, 6), is_all=False)
    assert numbers(window) == [4, 5, 6]
    window = window.applied({("t", 5), ("t", 6)}, [])
    assert (numbers(window), window.missing) == ([2, 3, 4], 0)
    window = window.applied({("t", 3), ("t", 4)}, [])
    assert (numbers(window), window.missing) == ([1, 2], 4)


def test_what_is_below_the_floor_or_above_the_ceiling_is_left_out():
    window = Window(3, ceiling=(9,)).lowered(placed(4, 5, 6), is_all=False)
    after = window.applied({("t", 3), ("t", 10)}, placed(3, 10))
    assert after == window


def test_a_window_is_whole_when_nothing_older_is_left_to_show():
    assert Window(3).lowered(placed(1, 2, 3), is_all=True).is_whole
    assert not Window(2).lowered(placed(1, 2, 3), is_all=True).is_whole
    assert not Window(3).lowered(placed(1, 2, 3), is_all=False).is_whole


@pytest.mark.parametrize(("limit", "capacity"), [(5, 10), (100, 200), (5_000, 5_100)])
def test_what_is_held_beneath_is_as_much_as_is_shown_and_at_most_a_hundred(
    limit, capacity
):
    assert Window(limit).capacity == capacity


def test_no_text_is_in_the_repr():
    window = Window(3).lowered([Placed((1,), ("t", 1), (1, "secret"))], is_all=True)
    assert "secret" not in repr(window)

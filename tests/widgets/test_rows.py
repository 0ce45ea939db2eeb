import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.widgets.rows import RowsFrame, edit


def rows(*keys, rev=1):
    return tuple({"key": key, "rev": rev} for key in keys)


def applied(order, change):
    """What the view's module does with an edit."""
    dropped, at, removed, inserted = change
    rest = order[dropped:]
    return [*rest[:at], *inserted, *rest[at + removed :]]


orders = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(orders, orders)
def test_an_edit_makes_the_new_order(before, after):
    assert applied(before, edit(before, after)) == after


LONG = [str(number) for number in range(5000)]


@pytest.mark.parametrize(
    ("after", "keys"),
    [
        (LONG, 0),
        ([*LONG, "new"], 1),
        (["old", *LONG], 1),
        ([*LONG[50:], "new"], 1),
        (LONG[4950:], 0),
        ([*LONG[:7], *LONG[8:]], 0),
        ([LONG[3], *LONG[:3], *LONG[4:]], 4),
    ],
    ids=["same", "append", "page back", "window", "give back", "discard", "to the top"],
)
def test_what_lists_do_needs_few_keys(after, keys):
    change = edit(LONG, after)
    assert applied(LONG, change) == after
    assert len(change[3]) == keys


def test_the_first_frame_has_everything():
    frame = RowsFrame().make(rows("a", "b"), anew=True)
    assert frame == {"order": ["a", "b"], "rows": [*rows("a", "b")]}


def test_only_changed_rows_are_sent_again():
    frames, (a, b) = RowsFrame(), rows("a", "b")
    frames.make((a, b), anew=True)
    (newer,) = rows("b", rev=2)
    assert frames.make((a, newer), anew=False)["rows"] == [newer]
    assert frames.make((a, newer), anew=False)["rows"] == []
    assert frames.make((a, newer), anew=True)["rows"] == [a, newer]

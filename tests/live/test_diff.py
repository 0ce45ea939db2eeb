import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.live.diff import diff
from imnb.live.snapshot import Changes


def rows(text):
    """``"a1 b2"``: key a with rev 1, key b with rev 2."""
    return [(word[0], int(word[1:])) for word in text.split()]


TABLE = [
    ("", "", Changes()),
    ("a1", "a1", Changes()),
    ("", "a1 b1", Changes(inserted=("a", "b"))),
    ("a1 b1", "b1", Changes(deleted=("a",))),
    ("a1 b1", "a1 b2", Changes(updated=("b",))),
    ("a1 b1 c1", "c1 a1 b1", Changes(moved=("c",))),
    ("a1 b1 c1", "b1 c2 d1", Changes(("d",), ("c",), ("a",))),
    ("a1 b1", "b2 a1", Changes(updated=("b",), moved=("b",))),
]


@pytest.mark.parametrize(("before", "after", "changes"), TABLE)
def test_what_is_different(before, after, changes):
    assert diff(rows(before), rows(after)) == changes


windows = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 3)), unique_by=lambda row: row[0]
)


@given(windows, windows)
def test_the_changes_lead_from_one_window_to_the_other(before, after):
    changes = diff(before, after)
    new = dict(after)
    touched = {*changes.inserted, *changes.moved}
    stays = [key for key, _ in before if key in new and key not in touched]
    assert stays == [key for key, _ in after if key not in touched]
    assert {k for k, _ in before} - {*changes.deleted} | {*changes.inserted} == {*new}
    changed = {k for k, rev in before if k in new and new[k] != rev}
    assert changed == {*changes.updated}

import pytest

from imnb.live.snapshot import Snapshot
from imnb.viewmodels.catalogue import LONGEST, Catalogue, shown_key
from imnb.viewmodels.display import NamedRow, PlainList, RowLook

COLUMNS = ("key", "name", "rev")


class WithAbout:
    """Rows whose key is their second line."""

    def look(self, row):
        return RowLook(row["name"], str(row["key"]), "one colour")


@pytest.fixture
def catalogue():
    return Catalogue(NamedRow(), PlainList(""))


def names(catalogue):
    return [entry.shown["name"] for entry in catalogue]


def snapshot(*rows):
    return Snapshot(COLUMNS, rows)


def test_rows_are_in_the_order_of_their_letters(catalogue):
    given = ["zoe", "42", "Élodie", "Bob", "eve", "bo"]
    catalogue.take(snapshot(*((name, name, 0) for name in given)))
    assert names(catalogue) == ["bo", "Bob", "Élodie", "eve", "zoe", "42"]
    letters = [entry.shown["letter"] for entry in catalogue]
    assert letters == ["B", "B", "E", "E", "Z", "#"]


def test_only_a_row_that_changed_is_made_anew(catalogue):
    catalogue.take(snapshot(("a", "Anna", 1), ("b", "Bob", 1)))
    anna, bob = catalogue
    catalogue.take(snapshot(("b", "Bert", 2), ("a", "Anna", 1)))
    now = list(catalogue)
    assert (now[0] is anna, now[1] is bob) == (True, False)
    assert "b" in catalogue
    catalogue.take(snapshot(("a", "Anna", 1)))
    assert "b" not in catalogue
    assert catalogue.named(shown_key("b")) is None
    assert catalogue.named(shown_key("a")) is anna is catalogue["a"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("  ", None),
        ("bo", (0,)),
        ("DURAND el", (1,)),
        ("user2", (1,)),
        ("bob user2", ()),
        ("x" * 100_000, ()),
    ],
)
def test_a_search_wants_all_its_words(text, found):
    catalogue = Catalogue(WithAbout(), PlainList(""))
    catalogue.take(snapshot(("user1", "Bob", 1), ("user2", "Élodie Durand", 1)))
    assert catalogue.found(text) == found


def test_a_number_and_the_same_text_are_two_rows(catalogue):
    catalogue.take(snapshot((7, "Lunch", 1), ("7", "Seven", 1)))
    assert catalogue.named("int:7").key == 7
    assert catalogue.named("str:7").key == "7"


def test_a_long_name_is_cut(catalogue):
    catalogue.take(snapshot(("a", "x" * 100_000, 1), ("b", "e" + "\u0301" * 1000, 1)))
    assert all(len(name) <= LONGEST for name in names(catalogue))


def test_rows_of_one_colour_have_the_same_hue():
    catalogue = Catalogue(WithAbout(), PlainList(""))
    catalogue.take(snapshot(("a", "Anna", 1), ("b", "Bob", 1)))
    assert len({entry.shown["hue"] for entry in catalogue}) == 1

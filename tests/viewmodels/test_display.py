import pytest

from imnb.viewmodels.display import Counted, NamedRow, NoDetail, PlainList, RowLook
from imnb.viewmodels.selection_rule import SelectionRule


def test_what_is_shown_if_nothing_is_said():
    row = {"name": "Bob"}
    assert NamedRow().look(row) == RowLook("Bob")
    assert NoDetail().lines(row) == ()
    assert PlainList("Choose").group(row, "B") == "B"


@pytest.mark.parametrize(
    ("rule", "count", "summary", "button"),
    [
        (SelectionRule.one(), 0, "Choose one", "Send"),
        (SelectionRule.one(), 1, "", "Send"),
        (SelectionRule.many(), 0, "Choose at least 1", "Send"),
        (SelectionRule.many(), 2, "2 chosen", "Send (2)"),
        (SelectionRule.many(maximum=3), 2, "2 chosen of at most 3", "Send (2)"),
        (SelectionRule.many(0), 0, "0 chosen", "Send"),
    ],
)
def test_the_choice_so_far_in_words(rule, count, summary, button):
    counted = Counted("Send")
    assert (counted.summary(count, rule), counted.button(count)) == (summary, button)

import pytest

from imnb.errors import QueryRefused
from imnb.store.predicate import MAX_LENGTH, check

COLUMNS = frozenset({"kind", "text", "sent_at"})


@pytest.mark.parametrize(
    "condition",
    [
        "true",
        "kind = 'text' AND NOT (sent_at BETWEEN 1 AND 5)",
        "\"text\" ILIKE '%now();--%' ESCAPE '\\'",
        "lower(text) IN ('a', 'b') OR KIND IS NOT NULL",
        "CASE WHEN length(text) > 9 THEN true ELSE false END",
        "text = 'Größe' AND kind = 'x'",
    ],
)
def test_a_condition_on_one_row_is_taken(condition):
    assert check(condition, COLUMNS) == condition


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("", "empty"),
        ("name = 1", "name"),
        ("sent_at < now()", "function now"),
        ("sent_at < now ()", "function now|now is no column"),
        ("sent_at < current_timestamp", "current_timestamp is no column"),
        ("random() < 0.5", "function random"),
        ("kind IN (SELECT kind)", "SELECT may not"),
        ("kind = 1; DROP TABLE x", "may not"),
        ("kind = $1", "may not"),
        ("kind = ?", "may not"),
        ("true) OR (true", "brackets"),
        ("(true", "brackets"),
        ("true -- yes", "comments|may not"),
        ("kind = '\ud800'", "half a character"),
        ("true OR " * MAX_LENGTH + "true", "at most"),
        ("read_text('/etc/passwd') = kind", "function read_text"),
        ("[x for x in kind] = kind", "may not|no column"),
    ],
)
def test_what_says_more_than_the_row_is_refused(condition, why):
    with pytest.raises(QueryRefused, match=why):
        check(condition, COLUMNS)

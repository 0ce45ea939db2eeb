import pytest

from imnb.errors import ConfigError
from imnb.live.builder import where


def test_a_rule_names_its_table_and_its_columns():
    rule = where("kind = 'text'").of("message").ordered_by("sent_at")
    assert rule.tables == {"message"}
    assert (rule.columns[0], rule.columns[-1]) == ("key", "rev")
    assert rule.name == "message where kind = 'text'"


@pytest.mark.parametrize(
    ("condition", "table", "columns", "why"),
    [
        ("true", "meta", ["key"], "no table 'meta'"),
        ("sent_at < now()", "message", ["sent_at"], "the function now"),
        (
            "sent_at < current_timestamp",
            "message",
            [],
            "current_timestamp is no column",
        ),
        ("seq IN (SELECT 1)", "message", [], "SELECT may not be used"),
        ("name = 'x'", "message", [], "name may not"),
        ("true", "message", ["random()"], "'random\\(\\)' is no column"),
    ],
)
def test_what_is_no_rule_is_refused(condition, table, columns, why):
    with pytest.raises(ConfigError, match=why):
        where(condition).of(table).ordered_by(*columns)

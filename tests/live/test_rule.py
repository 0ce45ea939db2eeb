import pytest

from imnb.live.rule import Rule
from imnb.store.feed import Entry

RULE = Rule(
    "test", frozenset({"message"}), ("key", "rev"), lambda *_: [], lambda e: e.key == 1
)


@pytest.mark.parametrize(
    ("entries", "touched"),
    [
        ([], False),
        ([Entry("message", 1, 1, False)], True),
        ([Entry("message", 2, 1, False)], False),
        ([Entry("user", 1, 1, False)], False),
        ([Entry("user", 1, 1, False), Entry("message", 1, 1, True)], True),
    ],
)
def test_a_rule_knows_what_concerns_it(entries, touched):
    assert RULE.is_touched_by(entries) is touched

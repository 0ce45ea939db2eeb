import pytest

from imnb.errors import ConfigError
from imnb.viewmodels.selection_rule import SelectionRule


def test_one_is_a_value_of_its_own():
    assert SelectionRule.one().is_single
    assert not SelectionRule.many(maximum=2).is_single
    assert SelectionRule.many(fixed=["a", "a"]).fixed == {"a"}


@pytest.mark.parametrize(
    ("rule", "count", "problem"),
    [
        (SelectionRule.one(), 0, "Choose at least 1"),
        (SelectionRule.one(), 1, ""),
        (SelectionRule.many(0), 0, ""),
        (SelectionRule.many(2, 3), 1, "Choose at least 2"),
        (SelectionRule.many(2, 3), 3, ""),
        (SelectionRule.many(2, 3), 4, "At most 3 can be chosen"),
        (SelectionRule.many(), 10_000, ""),
    ],
)
def test_too_few_and_too_many(rule, count, problem):
    assert rule.problem(count) == problem


@pytest.mark.parametrize("limits", [(-1, None), (3, 2), (0, 0), (1, -1)])
def test_what_nobody_can_keep_is_refused(limits):
    with pytest.raises(ConfigError, match="nobody can choose"):
        SelectionRule(*limits)

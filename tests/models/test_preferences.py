import pytest

from imnb.models.preferences import FOR_GOOD, Preferences


def test_pinned_since_when():
    assert not Preferences(1).is_pinned
    assert Preferences(1, pinned_at=5).is_pinned


@pytest.mark.parametrize(
    ("until", "is_muted"), [(0, False), (100, False), (101, True), (FOR_GOOD, True)]
)
def test_muted_until_when(until, is_muted):
    assert Preferences(1, muted_until=until).is_muted(100) is is_muted


def test_a_draft_is_in_no_repr():
    assert "secret" not in repr(Preferences(1, draft="a secret"))

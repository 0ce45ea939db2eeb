import pytest

from imnb.errors import EnvelopeError
from imnb.wire.mapping.checks import not_negative, positive, present


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (positive, 1, 0),
        (positive, 2**62 - 1, -1),
        (positive, 1, 2**62),
        (not_negative, 2**62 - 1, 2**63 - 1),
        (not_negative, 0, -1),
        (present, "a", ""),
    ],
)
def test_a_value_passes_or_is_named(check, good, bad):
    assert check(good, "field") == good
    with pytest.raises(EnvelopeError, match=r"^field"):
        check(bad, "field")

import pytest

from imnb.config import Limits
from imnb.devserver.paging import MAX_PAGE_BYTES, fitting, page_bytes


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([], []),
        ([b"xxxxx"], [b"xxxxx"]),
        ([b"xxxxx", b"x"], [b"xxxxx"]),
        ([b"x", b"xx", b"x"], [b"x", b"xx"]),
        ([b"x", b"xxxxx"], [b"x"]),
    ],
)
def test_what_fits_three_bytes(parts, found):
    assert list(fitting(parts, 3)) == found


def test_a_page_fits_a_frame():
    assert page_bytes(Limits()) == MAX_PAGE_BYTES
    assert page_bytes(Limits(max_body=10_000)) == 5_000

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.devserver.record import Record
from imnb.errors import StoreCorrupt

RECORD = Record("Send", 1_700_000_000_000_000, "zoë", b"\0body")


def test_it_survives_being_stored():
    assert Record.parse("Send", RECORD.payload()) == RECORD


@pytest.mark.parametrize("size", range(14))
def test_a_header_cut_short(size):
    with pytest.raises(StoreCorrupt, match="Send record"):
        Record.parse("Send", RECORD.payload()[:size])


@given(st.binary(max_size=40))
def test_any_bytes_parse_or_are_corrupt(data):
    try:
        record = Record.parse("Send", data)
    except StoreCorrupt:
        return
    assert record.payload() == data


def test_its_repr_shows_no_body():
    assert "body" not in repr(RECORD)

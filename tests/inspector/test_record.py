import pytest

from imnb.inspector.record import FrameRecord


@pytest.mark.parametrize(("outbound", "direction"), [(True, "out"), (False, "in")])
def test_a_record_knows_size_and_direction(outbound, direction):
    record = FrameRecord(1, 0.0, 0, outbound, b"12345678", b"")
    assert (record.size, record.direction) == (8, direction)


def test_a_record_does_not_show_its_bytes():
    assert "secret" not in repr(FrameRecord(1, 0.0, 0, True, b"secret", b"secret"))

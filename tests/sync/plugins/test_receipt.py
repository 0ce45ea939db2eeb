import pytest

from imnb.errors import EnvelopeError
from imnb.pb.sync_pb2 import Event, ReadCursor
from imnb.sync.plugins.receipt import read

FIELDS = {"conversation_id": 1, "user_id": "bob", "seq": 3}


def test_who_has_read_how_far():
    assert read(Event(read=ReadCursor(**FIELDS))) == (1, "bob", 3)


@pytest.mark.parametrize(
    ("field", "value"), [("conversation_id", 0), ("user_id", ""), ("seq", -1)]
)
def test_a_value_that_cannot_be_is_named(field, value):
    with pytest.raises(EnvelopeError, match=rf"read\.{field}"):
        read(Event(read=ReadCursor(**(FIELDS | {field: value}))))

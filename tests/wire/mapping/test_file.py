import pytest

from imnb.errors import EnvelopeError
from imnb.models.file import FileRef
from imnb.models.ids import FileId
from imnb.pb import gateway_pb2
from imnb.wire.mapping import file

SHA256 = "0f" * 32


def test_there_and_back():
    photo = FileRef(FileId("aB3-_"), "photo.jpg", 5, SHA256)
    assert file.from_pb(file.to_pb(photo)) == photo


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"file_id": ""}, "file_id ''"),
        ({"file_id": "../etc"}, r"file_id '\.\./etc'"),
        ({"file_id": "a" * 65}, "file_id"),
        ({"size": -1}, "size is -1"),
        ({"sha256": SHA256.upper()}, "is no checksum in hex"),
        ({"sha256": ""}, "is no checksum in hex"),
    ],
)
def test_what_cannot_be(wrong, says):
    fields = {"file_id": "a", "name": "n", "size": 1, "sha256": SHA256} | wrong
    with pytest.raises(EnvelopeError, match=says):
        file.from_pb(gateway_pb2.File(**fields))

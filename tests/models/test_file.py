from imnb.models.file import FileRef
from imnb.models.ids import FileId


def test_http_names_it_by_its_checksum():
    assert FileRef(FileId("f"), "photo.jpg", 5, "ab" * 32).etag == f'"{"ab" * 32}"'

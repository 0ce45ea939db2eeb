import pytest

from imnb.models.content import EVERYBODY, NOTHING, Content, FileCard
from imnb.models.file import FileRef


@pytest.mark.parametrize(
    ("mentions", "is_meant"),
    [((), False), (("bob",), False), (("bob", "alice"), True), ((EVERYBODY,), True)],
)
def test_mentions_are_by_name_or_of_all(mentions, is_meant):
    assert Content(mentions=mentions).mentions_user("alice") is is_meant


def test_a_card_is_filled_in_when_its_file_is_uploaded():
    waiting = FileCard("", "my name.png", 5, "", "image/png", 3, 2)
    assert not waiting.is_uploaded
    done = waiting.uploaded(FileRef("f1", "theirs.png", 5, "ab" * 32))
    assert done.is_uploaded
    assert (done.name, done.mime_type, done.width) == ("my name.png", "image/png", 3)
    assert done.ref == FileRef("f1", "my name.png", 5, "ab" * 32)


def test_a_thumbnail_is_in_no_repr():
    assert "PNG" not in repr(FileCard("f", "a", 1, "", thumbnail=b"\x89PNG"))
    assert NOTHING.card is None

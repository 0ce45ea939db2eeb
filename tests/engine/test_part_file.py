import contextlib
import hashlib
import os
import resource
import stat

import pytest

from imnb.engine.part_file import PartFile
from imnb.errors import DiskError, FileError


@pytest.fixture
def target(tmp_path):
    return tmp_path / "photo.jpg"


@pytest.fixture
def make(target):
    made = []

    def make(key="k", at=target):
        made.append(PartFile(at, key))
        return made[-1]

    yield make
    for part in made:
        part.close()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_it_becomes_the_target_in_one_step(make, target):
    target.write_bytes(b"old")
    part = make()
    part.open()
    part.write(b"hel")
    part.write(b"lo")
    assert target.read_bytes() == b"old"
    assert part.sha256 == hashlib.sha256(b"hello").hexdigest()
    part.finish()
    assert target.read_bytes() == b"hello"
    assert names(target.parent) == ["photo.jpg"]


def test_an_empty_file_is_one_too(make, target):
    part = make()
    part.open()
    part.finish()
    assert target.read_bytes() == b""


def test_the_next_one_goes_on_with_what_came(make, target):
    first = make()
    first.open()
    first.write(b"hel")
    first.close()
    assert names(target.parent) == ["photo.jpg.k.part"]
    second = make()
    second.open()
    assert second.size == 3
    second.write(b"lo")
    assert second.sha256 == hashlib.sha256(b"hello").hexdigest()
    second.finish()
    assert target.read_bytes() == b"hello"


def test_another_content_has_another_part(make):
    first, second = make("a"), make("b")
    first.open()
    first.write(b"hel")
    second.open()
    assert second.size == 0


def test_it_can_start_again(make, target):
    part = make()
    part.open()
    part.write(b"wrong")
    part.restart()
    part.write(b"ok")
    part.finish()
    assert target.read_bytes() == b"ok"


@pytest.mark.parametrize("end", ["remove", "close"])
def test_nothing_is_left_of_nothing(make, target, end):
    part = make()
    part.open()
    if end == "remove":
        part.write(b"something")
    getattr(part, end)()
    getattr(part, end)()
    assert names(target.parent) == []


def test_two_at_a_time_would_spoil_each_other(make, target):
    first, second = make(), make()
    first.open()
    first.write(b"hel")
    with pytest.raises(FileError, match="being downloaded already"):
        second.open()
    second.remove()
    assert names(target.parent) == ["photo.jpg.k.part"]


def test_a_long_name_leaves_room_for_the_ending(make, tmp_path):
    target = tmp_path / ("é" * 125 + ".jpg")
    part = make(at=target)
    part.open()
    part.write(b"x")
    part.finish()
    assert target.read_bytes() == b"x"


def test_a_link_is_not_followed(make, target, tmp_path):
    (tmp_path / "photo.jpg.k.part").symlink_to(tmp_path / "victim")
    with pytest.raises(DiskError):
        make().open()
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ("", "is a folder: give the path of a file"),
        ("pipe", "is no plain file: give the path of one"),
        ("nowhere/photo.jpg", "No such file or directory: check the path"),
        ("file/photo.jpg", "Not a directory: check the path"),
    ],
)
def test_where_no_file_can_be(make, tmp_path, inside, says):
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DiskError, match=says):
        make(at=tmp_path / inside).open()
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@contextlib.contextmanager
def small_disk():
    """No file of this process may have more than 10 bytes, pytest's output neither."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_takes_no_more_keeps_what_came(make, target):
    part = make()
    part.open()
    says = r"photo\.jpg\.k\.part: File too large: its"
    with small_disk(), pytest.raises(DiskError, match=says):
        part.write(b"x" * 100)
    assert part.size == 10
    part.close()
    assert names(target.parent) == ["photo.jpg.k.part"]


def test_a_target_that_became_a_folder_meanwhile(make, target):
    part = make()
    part.open()
    part.write(b"x")
    target.mkdir()
    with pytest.raises(DiskError, match=r"photo\.jpg: Is a directory"):
        part.finish()

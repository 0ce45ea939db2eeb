import pytest

from imnb.devserver.answers import Problem
from imnb.devserver.file_store import FileStore
from imnb.errors import DiskError

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data.files"


@pytest.fixture
def store(folder):
    return FileStore(folder, limit=100, quota=150)


def take(store, content, owner="alice", name="n.txt"):
    reception = store.begin(owner, name, len(content))
    try:
        reception.write(content)
        return reception.finish()
    finally:
        reception.close()
        store.end(reception)


def test_a_file_is_kept_with_its_description(store):
    file = take(store, b"hello")
    assert (file.name, file.size, file.sha256) == ("n.txt", 5, HELLO)
    assert store.find(file.file_id) == file
    assert store.path(file).read_bytes() == b"hello"


def test_ids_cannot_be_guessed(store):
    ids = {take(store, b"x").file_id for _ in range(10)}
    assert len(ids) == 10
    assert {len(one) for one in ids} == {32}


def test_it_survives_a_restart(store, folder):
    file = take(store, b"hello")
    again = FileStore(folder, limit=100, quota=150)
    again.load()
    assert again.find(file.file_id) == file
    again.begin("alice", "n", 100)
    with pytest.raises(Problem, match="45 bytes more, not 46"):
        again.begin("alice", "n", 46)


def test_what_was_not_finished_is_removed_and_nothing_else(store, folder):
    file = take(store, b"hello")
    unfinished = "A" * 32
    for name in (unfinished, f"{unfinished}.upload.part", f"{unfinished}.part"):
        (folder / name).touch()
    (folder / f"{'B' * 32}.json").write_text("nonsense")
    (folder / "mine.txt").touch()
    FileStore(folder, limit=100).load()
    left = {path.name for path in folder.iterdir()}
    assert left == {file.file_id, f"{file.file_id}.json", "mine.txt"}


def test_a_content_that_was_cut_is_not_given(store, folder):
    file = take(store, b"hello")
    store.path(file).write_bytes(b"he")
    again = FileStore(folder, limit=100)
    again.load()
    with pytest.raises(Problem, match="no such file"):
        again.find(file.file_id)


def test_a_file_beyond_the_limit(store):
    with pytest.raises(Problem, match="101 bytes are too many: 100 are the limit"):
        store.begin("alice", "n", 101)


def test_room_is_for_each_account_and_given_back(store):
    first = store.begin("alice", "n", 90)
    with pytest.raises(Problem, match="60 bytes more, not 61"):
        store.begin("alice", "n", 61)
    store.end(store.begin("bob", "n", 100))
    first.close()
    store.end(first)
    store.begin("alice", "n", 100)


def test_nothing_is_left_of_what_broke_off(store, folder):
    reception = store.begin("alice", "n", 5)
    reception.write(b"he")
    reception.close()
    store.end(reception)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [("", "file"), ("a\n\0b", "ab"), ("../é.txt", "../é.txt"), ("x" * 300, "x" * 255)],
)
def test_names_are_shown_and_never_paths(store, given, kept):
    assert take(store, b"x", name=given).name == kept


def test_without_a_folder_there_is_one_for_a_while():
    store = FileStore(None, limit=100)
    store.load()
    path = store.path(take(store, b"hello"))
    assert path.exists()
    store.remove_temporary()
    assert not path.parent.exists()


def test_a_given_folder_stays(store, folder):
    take(store, b"hello")
    store.remove_temporary()
    assert folder.exists()


def test_a_folder_that_cannot_be_made(folder):
    folder.write_text("a file")
    store = FileStore(folder, limit=100)
    store.load()
    reception = store.begin("alice", "n", 1)
    with pytest.raises(DiskError):
        reception.write(b"x")

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.errors import ConfigError, StoreLocked
from imnb.store.location import delete_store, safe_name, store_path
from imnb.store.lock import OwnerLock

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)


@given(NAMES, NAMES)
def test_different_names_never_share_a_file(one, other):
    first, second = safe_name(one), safe_name(other)
    assert (first.lower() == second.lower()) == (one == other)
    assert set(first) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-%~")
    assert len(first) < 200


def test_one_file_for_environment_user_and_device(tmp_path):
    path = store_path("local", "alice", "notebook", tmp_path)
    assert path == tmp_path / "local" / "alice" / "notebook.duckdb"
    tricky = store_path("..", "a/b", "..\\c", tmp_path)
    assert tricky.resolve().is_relative_to(tmp_path.resolve())
    assert tricky.parent.parent.parent == tmp_path


def test_the_platform_folder_is_the_default():
    root = platformdirs.user_data_path("imnb")
    assert store_path("local", "alice", "notebook").is_relative_to(root)


@pytest.mark.parametrize("names", [("", "a", "b"), ("a", "", "b"), ("a", "b", "")])
def test_empty_names(names):
    with pytest.raises(ConfigError, match="is empty"):
        store_path(*names)


def test_delete_removes_all_of_one_store(tmp_path):
    path = store_path("local", "alice", "notebook", tmp_path)
    other = store_path("local", "alice", "notebook2", tmp_path)
    delete_store(path)  # nothing there: fine
    path.parent.mkdir(parents=True)
    for leftover in ("", ".wal", ".version-1", ".tmp"):
        path.with_name(path.name + leftover).write_text("x")
    for folder in (".export", ".spilled"):
        path.with_name(path.name + folder).mkdir()
        path.with_name(path.name + folder).joinpath("x").write_text("x")
    other.write_text("x")
    delete_store(path)
    assert list(path.parent.iterdir()) == [other]


def test_an_open_store_is_not_deleted(tmp_path):
    path = tmp_path / "x.duckdb"
    path.write_text("x")
    lock = OwnerLock.take(path)
    with pytest.raises(StoreLocked):
        delete_store(path)
    assert path.exists()
    lock.release()

import duckdb
import pytest

from imnb.errors import StoreCorrupt, StoreError, StoreTooNew
from imnb.store.connection import Cursor, connect
from imnb.store.migrator import Series, load_series, open_file

ONE = Series("test", ("CREATE TABLE a (x INT); INSERT INTO a VALUES (1);",))
TWO = Series("test", (*ONE.scripts, "ALTER TABLE a ADD COLUMN y INT DEFAULT 2;"))
BROKEN = Series("test", (*ONE.scripts, "UPDATE a SET x = 9; SELECT no_such_column;"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.duckdb"


def opened(path, series, sql="SELECT * FROM a"):
    duck = open_file(path, series)
    rows = Cursor(duck).fetch(sql)
    duck.close()
    return rows


def names(path):
    return sorted(entry.name for entry in path.parent.iterdir())


def make_with_log(path, series):
    """A file whose last rows are in the write-ahead log, as after a crash."""
    opened(path, series)
    duck = duckdb.connect(str(path))
    duck.execute("PRAGMA disable_checkpoint_on_shutdown")
    duck.execute("INSERT INTO a (x) VALUES (7)")
    duck.close()
    assert path.with_name("x.duckdb.wal").exists()


def contents(path):
    return {name: (path.parent / name).read_bytes() for name in names(path)}


def test_new_file_and_memory(path):
    assert opened(path, TWO) == [(1, 2)]
    assert opened(None, TWO) == [(1, 2)]
    assert opened(path, TWO, "SELECT * FROM meta ORDER BY key") == [
        ("application", "test"),
        ("version", "2"),
    ]
    assert names(path) == ["x.duckdb"]


def test_an_older_file_is_backed_up_and_brought_up(path):
    make_with_log(path, ONE)
    assert opened(path, TWO) == [(1, 2), (7, 2)]
    assert names(path) == [
        "x.duckdb",
        "x.duckdb.version-1",
        "x.duckdb.version-1.wal",
    ]
    assert opened(path.with_name("x.duckdb.version-1"), ONE) == [(1,), (7,)]


def test_a_migration_that_fails_changes_nothing(path):
    opened(path, ONE)
    with pytest.raises(StoreError, match="migration 2 of test failed"):
        open_file(path, BROKEN)
    assert opened(path, ONE) == [(1,)]
    assert opened(path, TWO) == [(1, 2)]


def test_a_first_migration_that_fails_can_be_repeated(path):
    with pytest.raises(StoreError):
        open_file(path, Series("test", ("SELECT no_such_column;",)))
    assert opened(path, ONE) == [(1,)]


@pytest.mark.parametrize("make", [make_with_log, opened])
def test_a_newer_file_is_refused_and_untouched(path, make):
    make(path, TWO)
    before = contents(path)
    with pytest.raises(StoreTooNew, match="has version 2, this imnb knows up to 1"):
        open_file(path, ONE)
    assert contents(path) == before


@pytest.mark.parametrize("other", [Series("other", ONE.scripts), None])
def test_another_file_is_refused_and_untouched(path, other):
    if other is None:
        duck = connect(path)
        duck.execute("CREATE TABLE mine (x INT)")
        duck.close()
    else:
        opened(path, other)
    before = contents(path)
    with pytest.raises(StoreCorrupt, match="no test"):
        open_file(path, ONE)
    assert contents(path) == before


@pytest.mark.parametrize("version", ["", "two", "-3", "1.5"])
def test_a_version_that_makes_no_sense(path, version):
    opened(path, ONE)
    duck = connect(path)
    duck.execute("UPDATE meta SET value = ? WHERE key = 'version'", [version])
    duck.close()
    with pytest.raises(StoreCorrupt, match="version"):
        open_file(path, ONE)


@pytest.mark.parametrize("place", [0, 8, 4096, 5000, 8192, 12_300])
def test_damage_is_told_and_untouched(path, place):
    opened(path, ONE)
    data = bytearray(path.read_bytes())
    for i in range(place, min(place + 4000, len(data))):
        data[i] ^= 0x5A
    path.write_bytes(data)
    with pytest.raises(StoreCorrupt, match=r"x\.duckdb"):
        open_file(path, ONE)
    assert path.read_bytes() == data


def test_a_file_that_was_cut_off(path):
    opened(path, ONE)
    data = path.read_bytes()[:5000]
    path.write_bytes(data)
    with pytest.raises(StoreCorrupt):
        open_file(path, ONE)
    assert path.read_bytes() == data


def test_the_series_of_the_project():
    store, journal = load_series("imnb store"), load_series("imnb journal", "journal")
    assert store.newest == len(store.scripts) >= 1
    assert "CREATE TABLE record" in journal.scripts[0]

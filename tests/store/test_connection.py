import duckdb
import pytest

from imnb.errors import (
    QueryTimeout,
    StoreCorrupt,
    StoreError,
    StoreLocked,
    StoreTooNew,
)
from imnb.store.connection import another, connect, in_our_terms

PATHS = [
    (duckdb.InterruptException("INTERRUPT Error: Interrupted!"), QueryTimeout),
    (duckdb.IOException("IO Error: Could not set lock on file"), StoreLocked),
    (duckdb.SerializationException("made by a newer version of DuckDB"), StoreTooNew),
    (duckdb.IOException("IO Error: Corrupt database file: checksum"), StoreCorrupt),
    (duckdb.IOException("not a valid DuckDB database file!"), StoreCorrupt),
    (duckdb.BinderException('Binder Error: column "x" not found'), StoreError),
]


@pytest.mark.parametrize(("theirs", "ours"), PATHS)
def test_errors_in_our_terms(theirs, ours):
    assert type(in_our_terms(theirs)) is ours


def test_the_statement_is_not_quoted():
    told = in_our_terms(duckdb.ParserException("syntax error\nLINE 1: secret text"))
    assert "secret" not in str(told)


@pytest.mark.parametrize("contents", [b"", b"no database", b"\0" * 20_000])
def test_what_is_no_database(tmp_path, contents):
    path = tmp_path / "x.duckdb"
    path.write_bytes(contents)
    with pytest.raises(StoreCorrupt, match=r"x\.duckdb.*move it away"):
        connect(path, read_only=True)
    assert path.read_bytes() == contents


def test_settings_hold_and_are_locked(tmp_path):
    duck = connect(tmp_path / "x.duckdb")
    cursor = another(duck)
    [(zone,)] = cursor.fetch("SELECT current_setting('TimeZone')")
    assert zone == "UTC"
    [(tags,)] = cursor.fetch(
        "SELECT tags FROM duckdb_databases() WHERE database_name = 'store'"
    )
    assert tags["storage_version"].startswith("v1.5.0")
    for statement in (
        "SET threads = 1",
        "SET enable_external_access = true",
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        f"ATTACH '{tmp_path}/other.duckdb'",
        "SELECT * FROM read_csv('/etc/passwd')",
    ):
        with pytest.raises(StoreError):
            cursor.fetch(statement)
    assert {entry.name for entry in tmp_path.iterdir()} <= {"x.duckdb", "x.duckdb.wal"}
    cursor.duck.close()
    duck.close()

"""Files that earlier versions wrote, opened by this one: no row is lost or changed."""

import gzip
import pathlib

import duckdb
import pytest

from imnb.store.database import Database
from imnb.store.opening import STORE
from tests.store.make_file import NOW, ROWS, make

FILES = pathlib.Path(__file__).parent / "files"
EARLIER = range(1, STORE.newest)
MADE_ANEW = {1: {"call"}}
"""By version: tables that a later one emptied, because nothing had written to them."""

COLUMNS = (
    "SELECT table_name, column_name, data_type FROM duckdb_columns() "
    "WHERE NOT internal AND table_name IN (SELECT table_name FROM duckdb_tables()) "
    "ORDER BY ALL"
)


@pytest.fixture
def stored(tmp_path, version):
    return unpack(FILES, version, tmp_path / "x.duckdb")


def unpack(folder, version, path):
    data = (folder / f"version-{version}.duckdb.gz").read_bytes()
    path.write_bytes(gzip.decompress(data))
    return path


def look(path):
    """Every row of every table, by table and its columns; not by imnb's own code."""
    with duckdb.connect(str(path), read_only=True) as duck:
        tables = {}
        for table, column, _ in duck.execute(COLUMNS).fetchall():
            tables.setdefault(table, []).append(f'"{column}"')
        return {
            (table, ", ".join(columns)): duck.execute(
                f'SELECT {", ".join(columns)} FROM "{table}" ORDER BY ALL'
            ).fetchall()
            for table, columns in tables.items()
            if table != "meta"
        }


@pytest.mark.parametrize("version", EARLIER)
async def test_every_row_is_there(stored, version):
    before = look(stored)
    db = await Database.open(stored, me="me", clock=lambda: NOW)
    for (table, columns), rows in before.items():
        assert len(rows) == (1 if table == "cursor" else ROWS)
        if table not in MADE_ANEW.get(version, ()):
            now = await db.fetch(f'SELECT {columns} FROM "{table}" ORDER BY ALL')
            assert now == rows, table
    assert len(await db.sql("SELECT * FROM messages")) == ROWS
    assert len(await db.sql("SELECT * FROM conversations")) == ROWS
    await db.close()
    assert look(stored.with_name(f"x.duckdb.version-{version}")) == before


@pytest.mark.parametrize("version", EARLIER)
def test_a_file_is_of_the_version_it_says(stored, version, tmp_path):
    """Also: a migration that such a file went through is not changed any more."""
    make(version, tmp_path)
    again = unpack(tmp_path, version, tmp_path / "again.duckdb")
    assert set(look(again)) == set(look(stored))

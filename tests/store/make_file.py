"""A store of an earlier version, with rows in every table, for `test_versions`.

``python -m tests.store.make_file 3 tests/store/files`` writes ``version-3.duckdb.gz``.
Run it with the program of that version and the oldest DuckDB it supports, before
the next migration is written; a file is never made anew once it was released.
"""

import gzip
import pathlib
import sys
import tempfile

from imnb.store.migrator import Series, load_series, open_file

NOW = 1_700_000_000_000_000
ROWS = 3
ODD = "größe 日本 🎉 ' \" \n"
FIXED = {"conversation_id": 1, "deleted_at": NOW, "whole_id": "whole", "places": ROWS}
"""What rows need to make sense together; all else differs from cell to cell."""


def value(table, column, kind, row):
    """What is in a cell; each text and number is somewhere else another one."""
    if column in FIXED and table != "conversation":
        return FIXED[column]
    if "CHAR" in kind:
        return f"{table}.{column} {row} {ODD}"
    if kind == "BLOB":
        return bytes([row, 0, 255]) + table.encode()
    if kind == "TINYINT":
        return row % 2 + 1
    if kind == "BOOLEAN":
        return row % 2 == 0
    return row + 1 if column in {"conversation_id", "seq"} else row + len(column) * 100


def fill(duck):
    """Put rows into every table; columns that may be empty are so in the first."""
    columns = duck.execute(
        "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() "
        "WHERE NOT internal AND table_name IN (SELECT table_name FROM duckdb_tables()) "
        "ORDER BY table_name, column_index"
    ).fetchall()
    tables = {}
    for table, *column in columns:
        tables.setdefault(table, []).append(column)
    del tables["meta"]
    duck.execute("DELETE FROM cursor")
    duck.execute("INSERT INTO meta VALUES ('me', 'me')")
    for table, described in tables.items():
        for row in range(1 if table == "cursor" else ROWS):
            cells = [
                None if row == 0 and may_be_empty else value(table, name, kind, row)
                for name, kind, may_be_empty in described
            ]
            marks = ", ".join("?" * len(cells))
            duck.execute(f'INSERT INTO "{table}" VALUES ({marks})', cells)


def make(version, folder):
    """Write the file of a version."""
    series = load_series("imnb store")
    series = Series(series.application, series.scripts[:version])
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place, "x.duckdb")
        duck = open_file(path, series)
        fill(duck)
        duck.close()
        target = pathlib.Path(folder, f"version-{version}.duckdb.gz")
        target.write_bytes(gzip.compress(path.read_bytes(), mtime=0))


if __name__ == "__main__":
    make(int(sys.argv[1]), sys.argv[2])

"""Running a query that a user typed, within limits, into a DataFrame."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from imnb.errors import QueryRefused
from imnb.store.connection import Cursor, Parameters, translated
from imnb.store.guard import Statement, inspect

if TYPE_CHECKING:
    import pandas

_ZONED = "TIMESTAMP WITH TIME ZONE"


def run(
    cursor: Cursor, query: str, params: Parameters | None, limit: int
) -> "pandas.DataFrame":
    """Check and run one SELECT or EXPLAIN in a read-only transaction.

    Raises:
        QueryRefused: it is something else, or gives more than ``limit`` rows.
        StoreError: DuckDB does not accept it, e.g. an unknown column.
    """
    statement = inspect(cursor, query)
    with _reading_only(cursor), translated():
        if statement.explain:
            return _explain(cursor, statement, params)
        return _select(cursor, statement, params, limit)


@contextlib.contextmanager
def _reading_only(cursor: Cursor) -> Iterator[None]:
    cursor.fetch("BEGIN TRANSACTION READ ONLY")
    try:
        yield
    finally:
        cursor.fetch("ROLLBACK")


def _explain(
    cursor: Cursor, statement: Statement, params: Parameters | None
) -> "pandas.DataFrame":
    frame: pandas.DataFrame = cursor.duck.execute(
        statement.explain + statement.select, params or None
    ).df()
    return frame


def _select(
    cursor: Cursor, statement: Statement, params: Parameters | None, limit: int
) -> "pandas.DataFrame":
    source = f"FROM (\n{statement.select}\n)"
    cursor.duck.execute(f"SELECT * {source} LIMIT 0", params or None)
    columns = [(str(name), str(kind)) for name, kind, *_ in cursor.duck.description]
    zoned = [name for name, kind in columns if kind == _ZONED]
    text = f"SELECT {_projection(columns)} {source}" if zoned else statement.select
    frame = _bounded(cursor.duck.execute(text, params or None), limit)
    for name in zoned:
        frame[name] = frame[name].dt.tz_localize("UTC")
    return frame


def _projection(columns: list[tuple[str, str]]) -> str:
    """Times as plain UTC: DuckDB's own conversion of zones warns on pandas 3."""
    parts = []
    for i, (name, kind) in enumerate(columns, start=1):
        plain = " AT TIME ZONE 'UTC'" if kind == _ZONED else ""
        parts.append(f"#{i}{plain} AS {_quoted(name)}")
    return ", ".join(parts)


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _bounded(result: Any, limit: int) -> "pandas.DataFrame":
    """Read chunks of a streaming result, so that a huge one costs no memory."""
    import pandas  # 0.5 s to import, and only needed here

    chunks: list[pandas.DataFrame] = []
    rows = 0
    while True:
        chunk = result.fetch_df_chunk()
        if chunk.empty and chunks:
            break
        chunks.append(chunk)
        rows += len(chunk)
        if rows > limit:
            raise QueryRefused(
                f"the query gives more than {limit} rows: add LIMIT, aggregate, or "
                "pass a larger limit"
            )
        if chunk.empty:
            break
    return chunks[0] if len(chunks) == 1 else pandas.concat(chunks, ignore_index=True)

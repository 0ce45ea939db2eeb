"""Opening DuckDB the way imnb needs it, and its errors in imnb's terms.

Every store is an instance of its own whose settings cannot be changed later:
no file but its own can be read or written, no extension is fetched, nothing of
the caller's Python namespace is visible to SQL, and the time zone is UTC.
"""

import contextlib
import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import duckdb

from imnb.errors import QueryTimeout, StoreCorrupt, StoreError, StoreLocked, StoreTooNew

Row = tuple[Any, ...]
Parameters = Sequence[object] | Mapping[str, object]
T = TypeVar("T")

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    # DuckDB 1.5 and 2 both open what is written in this format
    "storage_compatibility_version": "v1.5.0",
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    # a checkpoint in the middle of a burst stalls it for 0.1 s; the writer makes
    # one when it is idle, this is the bound for a burst that never ends
    "checkpoint_threshold": "64MB",
    "memory_limit": "1GB",
    "threads": "2",
}
# only while the file is opened: locked afterwards
FINAL_SETTINGS = (
    "LOAD icu",
    "SET GLOBAL TimeZone = 'UTC'",
    "SET GLOBAL lock_configuration = true",
)


class Reader(Protocol):
    """Something that answers SQL: a `Cursor` or a `Transaction`."""

    def fetch(self, sql: str, params: Parameters = ()) -> list[Row]:
        """Run one statement and return all its rows."""


class Cursor:
    """One DuckDB cursor, used by one thread at a time; errors are imnb's."""

    def __init__(self, connection: Any) -> None:
        self.duck = connection

    def fetch(self, sql: str, params: Parameters = ()) -> list[Row]:
        """Run one statement and return all its rows."""
        with translated():
            rows: list[Row] = self.duck.execute(sql, params or None).fetchall()
            return rows

    def abandon(self) -> None:
        """End the transaction that is open, if one is."""
        with contextlib.suppress(duckdb.Error):
            self.duck.execute("ROLLBACK")


def connect(path: pathlib.Path | None, *, read_only: bool = False) -> Any:
    """Open a file, or a database in memory for ``None``.

    Raises:
        StoreLocked: another process has the file open.
        StoreTooNew: a later DuckDB wrote it.
        StoreCorrupt: it is no DuckDB file, or damaged.
    """
    with translated(path):
        connection = duckdb.connect(
            ":memory:" if path is None else str(path),
            read_only=read_only,
            config=SETTINGS,
        )
    try:
        for statement in FINAL_SETTINGS:
            connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def translated(path: pathlib.Path | None = None) -> Iterator[None]:
    """Let `StoreError` out where DuckDB raises its own."""
    try:
        yield
    except duckdb.Error as error:
        raise in_our_terms(error, path) from error


def in_our_terms(error: duckdb.Error, path: pathlib.Path | None = None) -> StoreError:
    """The `StoreError` for an error of DuckDB; ``path`` when a file is opened.

    The text is DuckDB's first line: later ones quote the statement.
    """
    text = str(error).strip().splitlines()[0]
    lowered = text.lower()
    where = f"the store {path}" if path else "the store"
    if isinstance(error, duckdb.InterruptException):
        return QueryTimeout("the query was interrupted")
    if "could not set lock" in lowered:
        return StoreLocked(f"{where} is open in another process: {text}")
    if "newer version" in lowered:
        return StoreTooNew(f"{where} needs a later DuckDB: {text}")
    if is_damage(error, lowered, opening=path is not None):
        return StoreCorrupt(
            f"{where} is damaged or is not a store of imnb ({text}); nothing was "
            "changed in it: move it away, and the next login fetches everything again"
        )
    return StoreError(f"{type(error).__name__}: {text}")


def is_damage(error: duckdb.Error, lowered: str, *, opening: bool) -> bool:
    """The file's contents are at fault, not the statement or the system."""
    if any(sign in lowered for sign in ("corrupt", "checksum", "not a valid duckdb")):
        return True
    return opening and isinstance(
        error,
        duckdb.InternalError | duckdb.SerializationException | duckdb.IOException,
    )

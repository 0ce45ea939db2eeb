"""Opening DuckDB the way imnb needs it, and its errors in imnb's terms.

Every store is an instance of its own whose settings cannot be changed later:
no file but its own, and none outside the folder of exports beside it, can be read
or written, no extension is fetched, nothing of
the caller's Python namespace is visible to SQL, and the time zone is UTC. The
file is attached to it: only so it can have a key, and is never taken for a file
of another format that DuckDB reads.
"""

import contextlib
import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import duckdb

from imnb.errors import (
    QueryTimeout,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreKeyError,
    StoreLocked,
    StoreTooNew,
)
from imnb.store import crypto
from imnb.store.keys import StoreKey

Row = tuple[Any, ...]
Parameters = Sequence[object] | Mapping[str, object]
T = TypeVar("T")

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    # DuckDB 1.5 and 2 both open what is written in this format
    "storage_compatibility_version": "v1.5.0",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    # a checkpoint in the middle of a burst stalls it for 0.1 s; the writer makes
    # one when it is idle, this is the bound for a burst that never ends
    "checkpoint_threshold": "64MB",
    "memory_limit": "1GB",
    "threads": "2",
}
# once the file is attached; what is locked is locked for cursors too
FINAL_SETTINGS = (
    "LOAD icu",
    "SET GLOBAL TimeZone = 'UTC'",
    "SET GLOBAL enable_external_access = false",
    "SET GLOBAL lock_configuration = true",
)


_USE = "USE store"


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


def connect(
    path: pathlib.Path | None,
    *,
    read_only: bool = False,
    key: StoreKey | None = None,
) -> Any:
    """Open a file, or a database in memory for ``None``.

    Raises:
        StoreLocked: another process has the file open.
        StoreTooNew: a later DuckDB wrote it.
        StoreKeyError: the key is missing, wrong, or not wanted.
        EncryptionUnavailable: nothing here can write an encrypted file.
        StoreCorrupt: it is no DuckDB file, or damaged.
    """
    settings = dict(SETTINGS)
    if path is not None:
        # what a query does not have room for; DuckDB's default is the working folder
        settings["temp_directory"] = f"{path}.tmp"
        settings["temp_file_encryption"] = "true" if key else "false"
    connection = duckdb.connect(":memory:", config=settings)
    try:
        if key is not None:
            crypto.load(connection)
        if path is not None:
            staging = quoted(str(staging_folder(path)))
            connection.execute(f"SET GLOBAL allowed_directories = [{staging}]")
        _attach(connection, path, read_only, key)
        for statement in (*FINAL_SETTINGS, _USE):
            connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


def another(connection: Any) -> Cursor:
    """One more cursor of an instance, for another thread."""
    cursor = Cursor(connection.cursor())
    cursor.fetch(_USE)  # each has a search path of its own
    return cursor


def staging_folder(path: pathlib.Path) -> pathlib.Path:
    """The one folder beside a store that SQL may write to: see `imnb.store.export`."""
    return path.with_name(f"{path.name}.export")


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def _attach(
    connection: Any, path: pathlib.Path | None, read_only: bool, key: StoreKey | None
) -> None:
    place = quoted(":memory:" if path is None else str(path))
    mode = "READ_ONLY" if read_only else "READ_WRITE"
    secret = "" if key is None else ", ENCRYPTION_KEY ?"
    with translated(path):
        connection.execute(
            f"ATTACH {place} AS store (TYPE duckdb, {mode}{secret})",
            # no variable holds it: some tracebacks show variables
            None if key is None else [key.reveal()],
        )


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
    if any(sign in lowered for sign in _KEY_SIGNS):
        return StoreKeyError(f"{where} cannot be opened: {_key_advice(lowered)}")
    if any(sign in lowered for sign in _FULL_SIGNS):
        return StoreFull(f"{where} has no room on its disk: {text}")
    if "newer version" in lowered:
        return StoreTooNew(f"{where} needs a later DuckDB: {text}")
    if is_damage(error, lowered, opening=path is not None):
        return StoreCorrupt(
            f"{where} is damaged or is not a store of imnb ({text}); nothing was "
            "changed in it: move it away, and the next login fetches everything again"
        )
    return StoreError(f"{type(error).__name__}: {text}")


_KEY_SIGNS = {
    "wrong encryption key": "its key is another one",
    "without a key": "it is encrypted and no key was given: pass store_key or set "
    "IMNB_STORE_KEY",
    "is not encrypted": "a key was given and it is not encrypted: open it without, "
    "or export it and import that into a new store",
}


def _key_advice(lowered: str) -> str:
    advice = next(said for sign, said in _KEY_SIGNS.items() if sign in lowered)
    return f"{advice}; nothing was changed in it"


_FULL_SIGNS = ("no space left", "file too large", "quota exceeded")
_SYSTEM_SIGNS = ("permission denied", "read-only file system", "too many open files")
_DAMAGE_SIGNS = (
    "corrupt",
    "checksum",
    "not a valid duckdb",
    "aes tag",
    "not read enough bytes",
)


def is_damage(error: duckdb.Error, lowered: str, *, opening: bool) -> bool:
    """The file's contents are at fault, not the statement or the system."""
    if any(sign in lowered for sign in _DAMAGE_SIGNS):
        return True
    if any(sign in lowered for sign in _SYSTEM_SIGNS):
        return False
    return opening and isinstance(
        error,
        duckdb.InternalError | duckdb.SerializationException | duckdb.IOException,
    )

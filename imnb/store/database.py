"""The store of one user on one device: the only truth that views show."""

import asyncio
import contextlib
import pathlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from imnb.config import Limits
from imnb.errors import ConfigError, QueryTimeout
from imnb.models.ids import UserId
from imnb.store import query as guarded
from imnb.store.connection import Cursor, Parameters, Row
from imnb.store.export import Manifest, write
from imnb.store.feed import Feed
from imnb.store.keys import StoreKey, no_key
from imnb.store.ledger import Ledger
from imnb.store.migrator import Series
from imnb.store.opening import STORE, open_ledger
from imnb.store.readers import Readers
from imnb.store.transaction import Change
from imnb.store.writer import Writer

if TYPE_CHECKING:
    import pandas

T = TypeVar("T")

_LIMITS = Limits()
READERS = 2
"""Threads for the program's own reads; a query of the user's has one more."""


def microseconds_now() -> int:
    """Wall-clock time as the store keeps it."""
    return time.time_ns() // 1000


class Database:
    """Writes through one thread, reads through a few; never on the loop.

    Architecture name: ``IMDB``.

    Attributes:
        feed: what changed, for observers.
        path: the file, ``None`` for a database in memory.
    """

    def __init__(
        self, path: pathlib.Path | None, writer: Writer, ledger: Ledger, feed: Feed
    ) -> None:
        self.path = path
        self.feed = feed
        self._writer = writer
        self._ledger = ledger
        name = path.stem if path else "memory"
        cursors = [ledger.cursor() for _ in range(READERS)]
        self._readers = Readers(f"imnb-read-{name}", cursors)
        self._queries = Readers(f"imnb-sql-{name}", [ledger.cursor()])

    def __repr__(self) -> str:
        return (
            f"<Database {self.path or 'in memory'} at revision {self.revision}, "
            f"{self.pending_rows} rows pending>"
        )

    @classmethod
    async def open(
        cls,
        path: pathlib.Path | None,
        *,
        me: UserId,
        limits: Limits = _LIMITS,
        migrations: Series = STORE,
        clock: Callable[[], int] = microseconds_now,
        key: Callable[[], StoreKey | None] = no_key,
    ) -> "Database":
        """Open or make a store; ``None`` makes one in memory.

        Args:
            path: from `imnb.store.location.store_path`.
            me: whose store it is.
            limits: ``write_queue_rows`` is used.
            migrations: other than the project's own only in tests.
            clock: microseconds since 1970, UTC.
            key: called in a thread, for the key if the store is encrypted.

        Raises:
            StoreLocked: it is open already, here or in another process.
            StoreCorrupt: the file is damaged or no store; it was not changed.
            StoreTooNew: a later imnb wrote it; it was not changed.
            StoreKeyError: the key is missing, wrong, or not wanted.
            EncryptionUnavailable: nothing here can write an encrypted file.
        """
        feed = Feed()
        name = path.stem if path else "memory"
        writer = Writer(f"imnb-write-{name}", limits.write_queue_rows)
        ledger = await writer.start(
            lambda: open_ledger(path, str(me), migrations, feed, clock, key)
        )
        database = cls(path, writer, ledger, feed)
        writer.on_commit = feed.wake
        return database

    @property
    def revision(self) -> int:
        """The newest revision that was committed."""
        return self._ledger.revision

    @property
    def pending_rows(self) -> int:
        """Rows that were submitted and are not committed yet."""
        return self._writer.pending_rows

    @property
    def on_pressure(self) -> Callable[[bool], None] | None:
        """Called on the loop with True when too much is pending, later False."""
        return self._writer.on_pressure

    @on_pressure.setter
    def on_pressure(self, function: Callable[[bool], None] | None) -> None:
        self._writer.on_pressure = function

    def submit(self, change: Change[T], rows: int = 1) -> asyncio.Future[T]:
        """Queue a change without waiting; the future is done after its COMMIT.

        Args:
            change: runs in the writer's thread, perhaps twice, and does nothing
                but use its `Transaction`. What it raises fails only this call.
            rows: about how many rows it writes, for grouping and pressure.

        Raises:
            ClosedError: the store was closed.
        """
        return self._writer.submit(change, rows)

    async def write(self, change: Change[T], rows: int = 1) -> T:
        """Carry a change out and wait until it is on the disk."""
        # shielded: who stops waiting does not undo what was asked for
        return await asyncio.shield(self._writer.submit(change, rows))

    async def read(self, work: Callable[[Cursor], T]) -> T:
        """Run ``work`` in a reader thread, on one snapshot of the store."""

        def on_snapshot(cursor: Cursor) -> T:
            with _snapshot(cursor):
                return work(cursor)

        return await self._readers.run(on_snapshot)

    async def fetch(self, sql: str, params: Parameters = ()) -> list[Row]:
        """Run one statement of the program's own in a reader thread."""
        return await self._readers.run(lambda cursor: cursor.fetch(sql, params))

    async def sql(
        self,
        query: str,
        params: Parameters | None = None,
        *,
        limit: int = 100_000,
        timeout: float = 30.0,
    ) -> "pandas.DataFrame":
        """Run one SELECT or EXPLAIN that a user typed.

        Args:
            query: may use the views of `imnb.store.guard.VIEWS`; their columns have
                comments, in ``duckdb_columns()``.
            params: values for ``?``, or a mapping for ``$name``.
            limit: most rows of the result.
            timeout: seconds after which the query is interrupted.

        Raises:
            QueryRefused: it is something else, or gives too many rows.
            QueryTimeout: it took too long, with the waiting for queries before it.
            ClosedError: the store was closed meanwhile.
            StoreError: DuckDB does not accept it.
        """
        if limit < 1 or timeout <= 0:
            raise ConfigError(f"limit {limit} and timeout {timeout}: must be above 0")
        try:
            return await self._queries.run(
                lambda cursor: guarded.run(cursor, query, params, limit), timeout
            )
        except QueryTimeout as error:
            raise QueryTimeout(
                f"the query was interrupted after {timeout:g} s: narrow it down or "
                "pass a longer timeout"
            ) from error

    async def export(self, folder: pathlib.Path, format: str) -> Manifest:
        """Write the documented views, all of one moment, to files in a folder.

        They are not encrypted. An earlier export there is replaced.

        Args:
            folder: is made if there is none; else empty, or of an earlier export.
            format: ``"parquet"`` or ``"csv"``.

        Raises:
            ConfigError: another format, or the store is in memory.
            StoreError: it cannot be written; an earlier export there is as it was.
        """
        path = self.path
        if path is None:
            raise ConfigError("a store in memory has no place to export from")
        return await self.read(lambda cursor: write(cursor, path, folder, format))

    async def close(self) -> None:
        """Commit what was submitted, close the file, end the threads.

        A query of the user's that still runs is interrupted.
        """
        await self._queries.close(hurry=True)
        await self._readers.close()
        await self._writer.close()


@contextlib.contextmanager
def _snapshot(cursor: Cursor) -> Iterator[None]:
    cursor.fetch("BEGIN TRANSACTION READ ONLY")
    try:
        yield
    finally:
        cursor.fetch("ROLLBACK")

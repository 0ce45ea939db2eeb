"""An append-only log in a file of its own: what a server acknowledged.

Each record is a kind and some bytes. `Journal.submit` resolves when the record
is on the disk; records that arrive together share one commit.
"""

import asyncio
import pathlib
from collections.abc import AsyncIterator, Callable

from imnb.config import Limits
from imnb.store.connection import Cursor
from imnb.store.feed import Feed
from imnb.store.ledger import Ledger
from imnb.store.migrator import load_series, open_file
from imnb.store.opening import take_lock
from imnb.store.readers import Readers
from imnb.store.residents import Residents
from imnb.store.transaction import Transaction
from imnb.store.writer import Writer

JOURNAL = load_series("imnb journal", "journal")

PAGE = 2_000
"""Records that `Journal.load` reads at once."""


class Journal:
    """Appends from one loop; the writing happens in a thread."""

    def __init__(self, writer: Writer, ledger: Ledger, last: int) -> None:
        self._writer = writer
        self._readers = Readers("imnb-journal-read", [ledger.cursor()])
        self._last = last

    def __repr__(self) -> str:
        return f"<Journal {self._last} records, {self._writer.pending_rows} pending>"

    @classmethod
    async def open(
        cls, path: pathlib.Path | None, limits: Limits | None = None
    ) -> "Journal":
        """Open or make a journal; ``None`` makes one in memory.

        Raises:
            StoreLocked: it is open already, here or in another process.
            StoreCorrupt: the file is damaged or no journal; it was not changed.
            StoreTooNew: a later imnb wrote it; it was not changed.
        """
        writer = Writer("imnb-journal-write", (limits or Limits()).write_queue_rows)
        ledger = await writer.start(lambda: _open_ledger(path))
        journal = cls(writer, ledger, 0)
        [(journal._last,)] = await journal._readers.run(
            lambda cursor: cursor.fetch("SELECT coalesce(max(number), 0) FROM record")
        )
        return journal

    def submit(self, kind: str, payload: bytes) -> asyncio.Future[None]:
        """Append a record; the future is done when it is on the disk.

        Raises:
            ClosedError: the journal was closed.
        """
        number = self._last + 1

        def append(tx: Transaction) -> None:
            tx.append("record", [(number, kind, payload)])

        future = self._writer.submit(append)
        self._last = number
        return future

    async def load(self) -> AsyncIterator[tuple[str, bytes]]:
        """All records of before, oldest first: ``async for kind, payload in …``."""
        after, end = 0, self._last
        while after < end:
            rows = await self._readers.run(_page_after(after, end))
            if not rows:
                return
            for number, kind, payload in rows:
                yield kind, payload
                after = number

    async def close(self) -> None:
        """Commit what was submitted, close the file, end the threads."""
        await self._readers.close()
        await self._writer.close()


def _page_after(
    after: int, end: int
) -> Callable[[Cursor], list[tuple[int, str, bytes]]]:
    def page(cursor: Cursor) -> list[tuple[int, str, bytes]]:
        rows = cursor.fetch(
            "SELECT number, kind, payload FROM record "
            "WHERE number > ? AND number <= ? ORDER BY number LIMIT ?",
            [after, end, PAGE],
        )
        return [(row[0], row[1], row[2]) for row in rows]

    return page


def _open_ledger(path: pathlib.Path | None) -> Ledger:
    lock = take_lock(path)
    try:
        duck = open_file(path, JOURNAL)
    except BaseException:
        if lock is not None:
            lock.release()
        raise
    return Ledger(duck, Residents(""), Feed(), lambda: 0, lock)

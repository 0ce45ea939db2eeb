"""What a change is given while it runs in the writer's thread.

A change is a plain function of one `Transaction`. It may run twice: when
something else in its group failed, each change of the group is run again on its
own. So it must have no effect but on the transaction.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from imnb.store.connection import Parameters, Row, translated
from imnb.store.feed import Batch, Key

if TYPE_CHECKING:
    from imnb.store.appending import Appending
    from imnb.store.residents import Residents

T = TypeVar("T")
Change = Callable[["Transaction"], T]

APPEND_CHUNK = 4_000
"""Rows held back before they are given to DuckDB; more make the loop lag."""


class Transaction:
    """One BEGIN … COMMIT, shared by the changes of a group.

    Attributes:
        rev: the newest revision given out, store-wide.
        now: microseconds since 1970, UTC, when the transaction began.
        failed: a statement raised; DuckDB would "commit" nothing and call it
            success, so this transaction never reaches COMMIT.
        batches: what goes to the feed after COMMIT.
        heads, drafts, waiting, position: what the writer keeps in memory.
    """

    def __init__(
        self,
        duck: Any,
        appending: "Appending",
        residents: "Residents",
        rev: int,
        now: int,
    ) -> None:
        self._duck = duck
        self._appending = appending
        self._residents = residents
        self._rows: dict[str, list[Sequence[object]]] = {}
        self.rev = rev
        self.now = now
        self.failed = False
        self.batches: list[Batch] = []
        self.me = residents.me
        self.heads = residents.heads
        self.drafts = residents.drafts
        self.waiting = residents.waiting
        self.position = residents.position

    def __repr__(self) -> str:
        held = sum(len(rows) for rows in self._rows.values())
        state = "failed" if self.failed else "open"
        return f"<Transaction {state}, revision {self.rev}, {held} rows held back>"

    def next_rev(self) -> int:
        """A new revision for the rows that are written next."""
        self.rev += 1
        return self.rev

    def append(self, table: str, rows: Sequence[Sequence[object]]) -> None:
        """Add rows, in the column order of `imnb.store.appending.COLUMNS`.

        They are sent in chunks, and before the next statement at the latest.
        """
        held = self._rows.setdefault(table, [])
        held.extend(rows)
        if len(held) >= APPEND_CHUNK:
            self._send_rows()

    def execute(self, sql: str, params: Parameters = ()) -> None:
        """Run one statement that gives no rows."""
        with self._statement():
            self._duck.execute(sql, params or None)

    def fetch(self, sql: str, params: Parameters = ()) -> list[Row]:
        """Run one statement and return all its rows; sees what was written here."""
        with self._statement():
            rows: list[Row] = self._duck.execute(sql, params or None).fetchall()
        return rows

    def touched(
        self, table: str, keys: Sequence[Key], rev: int, dead: bool = False
    ) -> None:
        """Tell the feed, after COMMIT, that these rows changed or went."""
        if keys:
            self.batches.append(Batch(table, keys, rev, dead))

    def bury(self, table: str, keys: Sequence[Key], rev: int) -> None:
        """Leave tombstones for rows that were deleted, and tell the feed."""
        graves = [(table, str(key), rev, self.now) for key in keys]
        self.append("tombstone", graves)
        self.touched(table, keys, rev, dead=True)

    def finish(self) -> None:
        """Write what the residents changed; the last thing before COMMIT."""
        self._residents.write(self)
        self._send_rows()

    def _send_rows(self) -> None:
        held, self._rows = self._rows, {}
        with self._marking():
            for table, rows in held.items():
                self._appending.send(table, rows)

    @contextlib.contextmanager
    def _statement(self) -> Iterator[None]:
        if self._rows:
            self._send_rows()
        with self._marking():
            yield

    @contextlib.contextmanager
    def _marking(self) -> Iterator[None]:
        try:
            with translated():
                yield
        except BaseException:
            # remembered whatever the change makes of the exception
            self.failed = True
            raise

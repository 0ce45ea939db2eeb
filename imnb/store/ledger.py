"""Groups of changes become transactions: all of a group, or each on its own.

DuckDB's COMMIT of a transaction in which a statement failed reports success and
stores nothing. So after any error there is a ROLLBACK and never a COMMIT, and
what is kept in memory, the revision and the feed move only after a COMMIT that
succeeded. Everything here runs in the writer's thread.
"""

import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import duckdb

from imnb.errors import StoreError
from imnb.store.appending import Appending
from imnb.store.connection import Cursor, another, in_our_terms
from imnb.store.feed import Feed
from imnb.store.lock import OwnerLock
from imnb.store.residents import Residents
from imnb.store.transaction import Change, Transaction
from imnb.tasks.killpoints import reached

log = logging.getLogger(__name__)
T = TypeVar("T")

CHECKPOINT_ROWS = 500
"""Fewer rows than this in the write-ahead log are left to the next time."""


class Job(Generic[T]):
    """One caller's change, and what became of it."""

    __slots__ = ("change", "error", "receipt", "result", "rows")

    def __init__(self, change: Change[T], rows: int, receipt: Any) -> None:
        self.change = change
        self.rows = rows
        self.receipt = receipt
        self.result: T | None = None
        self.error: BaseException | None = None


class Ledger:
    """One open file, for writing.

    Attributes:
        revision: the newest revision that was committed.
    """

    def __init__(
        self,
        duck: Any,
        residents: Residents,
        feed: Feed,
        clock: Callable[[], int],
        lock: OwnerLock | None = None,
        revision: int = 0,
    ) -> None:
        self._duck = duck
        self._residents = residents
        self._feed = feed
        self._clock = clock
        self._lock = lock
        self._appending = Appending(duck)
        self._since_checkpoint = 0
        self.revision = revision

    def __repr__(self) -> str:
        return f"<Ledger at revision {self.revision}>"

    def cursor(self) -> Cursor:
        """One more cursor, for another thread."""
        return another(self._duck)

    def run(self, jobs: Sequence[Job[Any]]) -> None:
        """Carry a group out; each job gets its result or its error."""
        try:
            results = self._transact(jobs)
        except BaseException as error:  # reported to the callers, whatever it is
            if len(jobs) == 1:
                jobs[0].error = _told(error)
                return
            for job in jobs:
                self.run([job])
            return
        for job, result in zip(jobs, results, strict=True):
            job.result = result

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file; for a quiet moment."""
        if self._since_checkpoint < CHECKPOINT_ROWS:
            return
        try:
            reached("ledger.before_checkpoint")
            self._duck.execute("CHECKPOINT")
            reached("ledger.after_checkpoint")
        except duckdb.TransactionException:
            return  # somebody reads what it would replace: next time
        except duckdb.Error as error:
            log.error("checkpoint failed: %s", in_our_terms(error))
        self._since_checkpoint = 0

    def close(self) -> None:
        """Close the file and let the next owner in."""
        try:
            self._duck.close()
        finally:
            if self._lock is not None:
                self._lock.release()

    def _transact(self, jobs: Sequence[Job[Any]]) -> list[object]:
        tx = Transaction(
            self._duck, self._appending, self._residents, self.revision, self._clock()
        )
        try:
            reached("ledger.before_begin")
            self._duck.execute("BEGIN")
            reached("ledger.after_begin")
            results = [job.change(tx) for job in jobs]
            reached("ledger.after_changes")
            if tx.failed:
                raise StoreError(
                    "a statement of this change failed and the change went on: "
                    "nothing was stored"
                )
            tx.finish()
            reached("ledger.before_commit")
            self._duck.execute("COMMIT")
            reached("ledger.after_commit")
        except BaseException:
            self._roll_back()
            raise
        self._residents.commit()
        self.revision = tx.rev
        self._feed.add(tx.batches)
        self._since_checkpoint += sum(job.rows for job in jobs)
        return results

    def _roll_back(self) -> None:
        self._residents.rollback()
        # a COMMIT that failed has ended the transaction already
        with contextlib.suppress(duckdb.TransactionException):
            self._duck.execute("ROLLBACK")


def _told(error: BaseException) -> BaseException:
    if not isinstance(error, duckdb.Error):
        return error
    told = in_our_terms(error)
    told.__cause__ = error
    return told

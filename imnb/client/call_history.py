"""The calls that are over, written to the store in batches.

What is new is taken from the log `INTERVAL` seconds after something happened there, and
is made into rows in the writer's thread: a call costs nothing more for it, and a
client that makes none is not woken.

Overflow rule: while the writer has much to do, calls wait in the log. What the log
pushes out meanwhile, or the store does not take, is counted.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from imnb.engine.call_log import CallLog, CallRecord, RawCall, read
from imnb.errors import ClosedError, ImnbError
from imnb.store.tables import call
from imnb.store.transaction import Change
from imnb.tasks import TaskScope

INTERVAL = 1.0
"""Seconds for which calls are gathered."""
BEHIND_ROWS = 100
"""Rows in front of the writer with which it has better things to do."""
BATCH = 200
"""Calls of one batch: a message that comes right behind it waits some 5 ms."""
LONGEST_COMMAND = 200
INT32 = 1 << 31


class Writing(Protocol):
    """What is asked of a store."""

    @property
    def pending_rows(self) -> int:
        """Rows that wait to be committed."""

    async def write(self, change: Change[None]) -> None:
        """Carry a change out."""


class CallHistory:
    """Keeps ``call`` in step with a log, until closed.

    Attributes:
        written: calls that are in the store.
        lost: calls that are over and will not be there.
    """

    def __init__(self, log: CallLog, store: Writing, scope: TaskScope) -> None:
        self.written = 0
        self.lost = 0
        self._log = log
        self._store = store
        self._scope = scope
        self._taken = 0
        self._failed = False
        self._news = asyncio.Event()
        self._news.set()  # there may have been calls before
        self._unsubscribe = log.subscribe(self._news.set)
        self._task = scope.spawn(self._run(), "call history")

    def __repr__(self) -> str:
        return f"<CallHistory: {self.written} calls written, {self.lost} lost>"

    async def close(self) -> None:
        """Write what is left; before the store is closed, and safe to call twice."""
        self._unsubscribe()
        self._task.cancel()
        await self._write()

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(INTERVAL)
            if self._store.pending_rows < BEHIND_ROWS:
                self._news.clear()
                await self._write()

    async def _write(self) -> None:
        while batch := self._take():
            await self._write_batch(batch)

    async def _write_batch(self, batch: Sequence[RawCall]) -> None:
        try:
            # Given as one row: more would count as bulk, for which the writer makes
            # messages that come next wait.
            await self._store.write(lambda tx: call.insert(tx, rows(batch)))
        except ImnbError as error:
            self.lost += len(batch)
            self._tell(error)
        else:
            self._failed = False
            self.written += len(batch)

    def _take(self) -> list[RawCall]:
        calls = self._log.over(self._taken)
        missed = self._log.ended - self._taken - len(calls)
        batch = calls[:BATCH]
        self.lost += missed
        self._taken += missed + len(batch)
        return batch

    def _tell(self, error: ImnbError) -> None:
        """A full disk is told of once, not each second."""
        if not self._failed and not isinstance(error, ClosedError):
            self._scope.report("call history", error)
        self._failed = True


def rows(calls: Sequence[RawCall]) -> list[call.CallRow]:
    """The rows of calls that are over: no parameters, and of errors the name."""
    return [_row(read(raw)) for raw in calls]


def _row(record: CallRecord) -> call.CallRow:
    phases = [_us(seconds) for seconds in record.phases]
    queued, sending, waiting, receiving = (*phases, None, None, None, None)[:4]
    command = record.method[:LONGEST_COMMAND]
    return (
        record.started_us,
        command.encode(errors="replace").decode(),  # one bad name, and none is stored
        record.ask_id,
        record.state,
        max(-INT32, min(INT32 - 1, record.priority)),
        record.attempts,
        queued,
        sending,
        waiting,
        receiving,
        _us(record.ended or 0.0),
        record.sent_bytes if record.ask_id else None,
        None if record.first_reply is None else record.received_bytes,
        record.error_name,
    )


def _us(seconds: float) -> int:
    return round(seconds * 1e6)

"""Reads the store for all observers of one database, at most ten times a second.

It sleeps until the writer has committed something, and reads only for observers
whose rule is concerned: without changes no SQL runs. What comes in bursts is
read once.
"""

import asyncio

from imnb.live.observer import Observer
from imnb.live.snapshot import Row
from imnb.store.connection import Cursor
from imnb.store.database import Database
from imnb.tasks import TaskScope

INTERVAL = 0.1
"""Seconds between two readings."""


class Poller:
    """Owns one task; made with the database and closed before it."""

    def __init__(
        self, database: Database, scope: TaskScope, interval: float = INTERVAL
    ) -> None:
        self.readings = 0
        self._database = database
        self._scope = scope
        self._interval = interval
        self._observers: set[Observer] = set()
        self._fresh: set[Observer] = set()
        self._wake = asyncio.Event()
        self._mark = database.feed.mark
        self._unsubscribe = database.feed.subscribe(self._wake.set)
        self._task = scope.spawn(self._run(), "poller")

    def __repr__(self) -> str:
        return f"<Poller {len(self._observers)} observers, {self.readings} readings>"

    def add(self, observer: Observer) -> None:
        """Read for this observer soon, and whenever it is concerned."""
        self._observers.add(observer)
        self.refresh(observer)

    def remove(self, observer: Observer) -> None:
        """Read no more for it."""
        self._observers.discard(observer)
        self._fresh.discard(observer)

    def refresh(self, observer: Observer) -> None:
        """Read for it at the next opportunity, changed or not."""
        self._fresh.add(observer)
        self._wake.set()

    async def read_now(self, observer: Observer) -> None:
        """Read for one observer at once, at the limit that it has now."""
        self._fresh.discard(observer)
        while observer in self._observers and await self._read([observer]):
            pass  # a newer reading overtook this one, perhaps at another limit

    async def close(self) -> None:
        """Stop; safe to call twice."""
        self._unsubscribe()
        self._observers.clear()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            touched = self._touched()
            if touched:
                await self._read_all(touched)
            await asyncio.sleep(self._interval)

    def _touched(self) -> list[Observer]:
        # Taken before the reading begins: what is read is never older than that.
        entries, self._mark = self._database.feed.take(self._mark)
        fresh, self._fresh = self._fresh, set()
        if entries is None:
            return list(self._observers)
        return [
            observer
            for observer in self._observers
            if observer in fresh or observer.rule.is_touched_by(entries)
        ]

    async def _read_all(self, observers: list[Observer]) -> None:
        """Read for all together, or each alone when that fails."""
        try:
            late = await self._read(observers)
        except Exception as error:
            if len(observers) > 1:
                for observer in observers:
                    await self._read_all([observer])
                return
            self._scope.report(f"poller: {observers[0].rule.name}", error)
            self._fresh.update(observers)  # with the next change it may go well
        else:
            for observer in late:
                self.refresh(observer)

    async def _read(self, observers: list[Observer]) -> list[Observer]:
        """Read for some observers, all from one state of the store.

        Returns:
            Those whose rows were out of date when they came.
        """
        self.readings += 1
        revision = self._database.revision
        limits = [observer.limit for observer in observers]

        def work(cursor: Cursor) -> list[list[Row]]:
            return [
                observer.rule.read(cursor, limit)
                for observer, limit in zip(observers, limits, strict=True)
            ]

        late = []
        results = await self._database.read(work)
        for observer, limit, rows in zip(observers, limits, results, strict=True):
            if observer not in self._observers:
                continue  # it was closed meanwhile
            # A newer reading may have overtaken this one in another thread.
            if observer.snapshot.revision > revision or observer.limit != limit:
                late.append(observer)
            else:
                observer.publish(rows, revision)
        return late

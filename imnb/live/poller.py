"""Reads the store for all observers of one database, at most ten times a second.

It sleeps until the writer has committed something. Then one tick takes the keys
that changed, fetches those rows that may belong to some window, all in one
transaction, and publishes. Without changes nothing runs, not even a timer; what
comes in bursts is read once; and when ticks get slow there are fewer of them.
"""

import asyncio
from collections.abc import Sequence

from imnb.live.fresh import Fresh
from imnb.live.memory import Memory
from imnb.live.observer import Observer, Published
from imnb.live.rule import Rule
from imnb.live.tick import Move, RowsTask, Step, Task, carry_out, task_for
from imnb.store.database import Database
from imnb.tasks import TaskScope

INTERVAL = 0.1
"""Seconds between two ticks at least."""
SHARE = 3
"""A tick that took long is followed by so many times its length without one."""


class Poller:
    """Owns one task; made with the database and closed before it.

    Attributes:
        readings: how often the store was read.
    """

    def __init__(
        self, database: Database, scope: TaskScope, interval: float = INTERVAL
    ) -> None:
        self.readings = 0
        self._database = database
        self._scope = scope
        self._interval = interval
        self._memory = Memory()
        self._marks: dict[Published, int | None] = {}
        """Up to where in the feed each has seen everything; None for nothing yet."""
        self._later: dict[Published, Move] = {}
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()
        self._unsubscribe = database.feed.subscribe(self._wake.set)
        self._task = scope.spawn(self._run(), "poller")

    def __repr__(self) -> str:
        return f"<Poller {len(self._marks)} observers, {self.readings} readings>"

    def add(self, observer: Published) -> None:
        """Read for this observer soon, and whenever it is concerned."""
        self._marks[observer] = None
        self._wake.set()

    async def open(self, observer: Published) -> None:
        """Add it, with its rows: from memory if they are there, else by reading."""
        if isinstance(observer, Observer) and self._recall(observer):
            return
        self.add(observer)
        try:
            await self._tick([observer])
        except BaseException:
            self.remove(observer)
            raise

    def remove(self, observer: Published) -> None:
        """Read no more for it; what it showed is kept for the next one of its rule."""
        mark = self._marks.pop(observer, None)
        self._later.pop(observer, None)
        if mark is not None and isinstance(observer, Observer):
            self._memory.keep(observer, mark)

    async def step(
        self, observer: Observer, step: Step, rule: Rule | None = None
    ) -> None:
        """Move the window of an observer at once, e.g. to show older rows.

        Args:
            observer: was added.
            step: see `imnb.live.tick`; runs in a reader's thread.
            rule: what it shows from now on; ``step`` begins with a blank window.
        """
        if observer in self._marks:
            await self._tick([observer], Move(step, rule))

    def step_later(self, observer: Observer, step: Step, rule: Rule) -> None:
        """Do the same with the next tick, and do not wait."""
        self._later[observer] = Move(step, rule)
        self._wake.set()

    async def close(self) -> None:
        """Stop; safe to call twice."""
        self._unsubscribe()
        self._marks.clear()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            begun = loop.time()
            await self._try_tick()
            await asyncio.sleep(max(self._interval, SHARE * (loop.time() - begun)))

    async def _try_tick(self) -> None:
        """For all together, or for each alone when that fails."""
        try:
            await self._tick(list(self._marks))
        except Exception:
            for observer in list(self._marks):
                await self._try_alone(observer)

    async def _try_alone(self, observer: Published) -> None:
        try:
            await self._tick([observer])
        except Exception as error:  # with the next change it may go well
            self._scope.report(f"poller: {observer.name}", error)

    async def _tick(
        self, observers: Sequence[Published], move: Move | None = None
    ) -> None:
        """Bring observers up to date; what goes wrong leaves them as they are."""
        async with self._turn:
            revision = self._database.revision
            tasks, marks = self._tasks(observers, move)
            if tasks:
                self.readings += 1
                await self._database.read(lambda cursor: carry_out(cursor, tasks))
            for observer, mark in marks.items():
                if observer in self._marks:  # it may have been closed meanwhile
                    self._marks[observer] = mark
            self._publish(tasks, revision)

    def _tasks(
        self, observers: Sequence[Published], move: Move | None
    ) -> tuple[list[Task], dict[Published, int]]:
        """What there is to do, and the marks to go on from when it is done."""
        observers = [one for one in observers if one in self._marks]
        # Taken before the transaction begins: what it reads is never older.
        taken = {
            mark: self._fresh(mark) for mark in set(map(self._marks.get, observers))
        }
        tasks, marks = [], {}
        for observer in observers:
            fresh, marks[observer] = taken[self._marks.get(observer)]
            task = task_for(observer, fresh, move or self._later.get(observer))
            if task is not None:
                tasks.append(task)
        return tasks, marks

    def _fresh(self, mark: int | None) -> tuple[Fresh | None, int]:
        """Changes since a mark; None when reading anew is due, or costs less."""
        feed = self._database.feed
        if mark is None:
            return None, feed.mark
        batches, end = feed.take(mark)
        return (None if batches is None else Fresh(batches)), end

    def _publish(self, tasks: list[Task], revision: int) -> None:
        for task in tasks:
            observer = task.observer
            if observer not in self._marks:
                continue
            if isinstance(task, RowsTask):
                task.observer.rule, task.observer.window = task.rule, task.window
                if task.move is not None and self._later.get(observer) is task.move:
                    del self._later[observer]
            observer.publish(task.rows, revision)

    def _recall(self, observer: Observer) -> bool:
        """Give it the rows that another of its rule has or had, if they are current."""
        for other, mark in self._marks.items():
            if (
                isinstance(other, Observer)
                and other.rule == observer.rule
                and mark is not None
            ):
                self._memory.keep(other, mark)
        known = self._memory.recall(observer)
        if known is None:
            return False
        fresh, mark = self._fresh(known.mark)
        if fresh is None or observer.rule.candidates(fresh, known.window) != {}:
            return False
        observer.window = known.window.at_most(observer.window.limit)
        self._marks[observer] = mark
        observer.publish(observer.rule.shown(observer.window), known.revision)
        return True

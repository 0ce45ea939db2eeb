"""What a list on the screen is made of: a window, its changes, and paging."""

from collections.abc import Callable
from typing import Protocol

from imnb.live.delegate import Delegate, Delivery, Run, run_here, watcher_of
from imnb.live.observer import Observer, ReportError, Watcher
from imnb.live.poller import Poller
from imnb.live.rule import Rule
from imnb.live.shelf import Shelf
from imnb.live.snapshot import Changes, Row, Snapshot
from imnb.live.window import Window

WINDOW = 100
"""Rows that a list begins with."""


class Gaps(Protocol):
    """Gets rows into the store that it lacks, e.g. from the server."""

    async def below(self, oldest: Row | None) -> int:
        """Those right below a row, or the newest; says how many came."""

    async def above(self, newest: Row) -> int:
        """Those right above a row; says how many came."""

    async def around(self, place: int) -> int:
        """Those on both sides of a place; says how many came."""


class Source:
    """Rows of a rule, from the newest end or around a place; open it before use.

    Architecture name: ``IMDBSource``.

    Args:
        poller: of the database.
        rule: what is shown.
        window: rows at first, and again after `shrink`.
        run: where watchers are called; gets a function to call.
        gaps: asked when the store has no more.
        around: the rule for the neighbourhood of a place, for `jump`.
    """

    def __init__(
        self,
        poller: Poller,
        rule: Rule,
        report: ReportError,
        *,
        window: int = WINDOW,
        run: Run = run_here,
        gaps: Gaps | None = None,
        around: Callable[[int], Rule] | None = None,
    ) -> None:
        self._poller = poller
        self._rule = rule
        self._limit = window
        self._run = run
        self._gaps = gaps
        self._around = around
        self._observer = Observer(rule, window, report)
        self._is_at_start = False

    def __repr__(self) -> str:
        return f"<Source {self._observer!r}>"

    @property
    def snapshot(self) -> Snapshot:
        """The rows as they are shown now."""
        return self._observer.snapshot

    @property
    def at_start(self) -> bool:
        """There are no older rows, as far as is known."""
        return self._is_at_start

    @property
    def at_end(self) -> bool:
        """The newest row is shown, and what comes will be."""
        return self._observer.window.ceiling is None

    def subscribe(self, watcher: Watcher) -> Callable[[], None]:
        """Call ``watcher`` with the snapshot and what changed since the last."""
        delivery = Delivery(watcher, self._run, self._observer)
        unsubscribe = self._observer.subscribe(delivery)

        def end() -> None:
            delivery.end()
            unsubscribe()

        return end

    def attach(self, delegate: Delegate) -> Callable[[], None]:
        """Tell a delegate, beginning with the rows of now; the result ends that."""
        watcher = watcher_of(delegate)
        shown = self.snapshot
        self._run(lambda: watcher(shown, Changes()))
        return self.subscribe(watcher)

    async def open(self) -> Snapshot:
        """Read the first rows; changes are told from now on.

        What was shown lately, and has not changed, is here without a query.
        """
        await self._poller.open(self._observer)
        return self.snapshot

    async def load_older(self, count: int = 50) -> int:
        """Make the window larger at its old end.

        Beyond `imnb.live.window.MAX_SHOWN` rows the newest are given back.

        Returns:
            How many rows came; 0 when there are no more.
        """
        came = await self._older(count)
        if not came and self._gaps is not None:
            if await self._gaps.below(self._edge(0)):
                came = await self._older(count)
        self._is_at_start = not came
        return came

    async def load_newer(self, count: int = 50) -> int:
        """Go on at the new end, where a jump or long paging left it.

        Returns:
            How many rows came; 0 when there are no more, see `at_end`.
        """
        if self.at_end:
            return 0
        came = await self._newer(count)
        newest = self._edge(-1)
        if not came and self._gaps is not None and newest is not None:
            if await self._gaps.above(newest):
                came = await self._newer(count)
        if self.at_end and self._observer.rule is not self._rule:
            await self._poller.step(self._observer, _anew, self._rule)
        return came

    async def jump(self, place: int) -> Snapshot:
        """Show what is around a place, e.g. the seq of a message."""
        if self._around is None:
            return self.snapshot
        if self._gaps is not None:
            await self._gaps.around(place)

        def around(window: Window, shelf: Shelf) -> Window:
            return shelf.around(Window(self._limit), (place,))

        await self._poller.step(self._observer, around, self._around(place))
        self._is_at_start = False
        return self.snapshot

    def shrink(self) -> None:
        """Give back what was paged in; for when the newest end is shown again."""
        window = self._observer.window
        if window.limit > self._limit or not self.at_end:
            self._is_at_start = False
            limit = self._limit
            self._poller.step_later(
                self._observer,
                lambda window, shelf: shelf.anew(Window(limit)),
                self._rule,
            )

    async def close(self) -> None:
        """No more changes are told."""
        self._poller.remove(self._observer)

    async def _older(self, count: int) -> int:
        before = {row[0] for row in self.snapshot.rows}
        await self._poller.step(
            self._observer, lambda window, shelf: shelf.older(window, count)
        )
        return len({row[0] for row in self.snapshot.rows} - before)

    async def _newer(self, count: int) -> int:
        before = {row[0] for row in self.snapshot.rows}
        await self._poller.step(
            self._observer, lambda window, shelf: shelf.newer(window, count)
        )
        return len({row[0] for row in self.snapshot.rows} - before)

    def _edge(self, index: int) -> Row | None:
        shown = self._observer.window.shown
        return shown[index].row if shown else None


def _anew(window: Window, shelf: Shelf) -> Window:
    return shelf.anew(window)

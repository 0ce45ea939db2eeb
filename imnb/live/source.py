"""What a list on the screen is made of: a window, its changes, and paging."""

from collections.abc import Awaitable, Callable

from imnb.live.observer import Observer, ReportError, Watcher
from imnb.live.poller import Poller
from imnb.live.rule import Rule
from imnb.live.snapshot import Changes, Snapshot

WINDOW = 100
"""Rows that a list begins with."""
MAX_WINDOW = 5_000
"""Rows that paging can make of it."""

Run = Callable[[Callable[[], None]], None]
FillHole = Callable[[], Awaitable[int]]
"""Gets older rows into the store, e.g. from the server; says how many."""


def run_here(call: Callable[[], None]) -> None:
    """Watchers run on the engine's loop, where the changes are found."""
    call()


class Source:
    """Rows from the newest end of a rule; open it before use, close it after.

    Architecture name: ``IMDBSource``.

    Args:
        poller: of the database.
        rule: what is shown.
        window: rows at first, and again after `shrink`.
        run: where watchers are called; gets a function to call.
        fill_hole: asked for older rows when the store has no more.
    """

    def __init__(
        self,
        poller: Poller,
        rule: Rule,
        report: ReportError,
        *,
        window: int = WINDOW,
        run: Run = run_here,
        fill_hole: FillHole | None = None,
    ) -> None:
        self._poller = poller
        self._window = window
        self._run = run
        self._fill_hole = fill_hole
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

    def subscribe(self, watcher: Watcher) -> Callable[[], None]:
        """Call ``watcher`` with the snapshot and what changed since the last."""

        def elsewhere(snapshot: Snapshot, changes: Changes) -> None:
            self._run(lambda: watcher(snapshot, changes))

        return self._observer.subscribe(elsewhere)

    async def open(self) -> Snapshot:
        """Read the first rows; changes are told from now on."""
        self._poller.add(self._observer)
        try:
            await self._poller.read_now(self._observer)
        except BaseException:
            self._poller.remove(self._observer)
            raise
        return self.snapshot

    async def load_older(self, count: int = 50) -> int:
        """Make the window larger at its old end.

        Returns:
            How many rows came; 0 when there are no more, or no room for more.
        """
        if self._observer.limit >= MAX_WINDOW:
            return 0
        before = len(self.snapshot)
        self._observer.limit = min(self._observer.limit + count, MAX_WINDOW)
        await self._poller.read_now(self._observer)
        came = len(self.snapshot) - before
        if came <= 0 and self._fill_hole is not None and await self._fill_hole() > 0:
            await self._poller.read_now(self._observer)
            came = len(self.snapshot) - before
        self._is_at_start = came <= 0
        return max(came, 0)

    def shrink(self) -> None:
        """Give back what was paged in; for when the newest end is shown again."""
        if self._observer.limit > self._window:
            self._observer.limit = self._window
            self._is_at_start = False
            self._poller.refresh(self._observer)

    async def close(self) -> None:
        """No more changes are told."""
        self._poller.remove(self._observer)

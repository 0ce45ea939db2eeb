"""A list on the screen: rows of a source, made presentable one by one."""

from collections.abc import Callable
from typing import Any, Protocol

import traitlets

from imnb.live.snapshot import Changes, Snapshot
from imnb.viewmodels.commands import ViewModel

ShownRow = dict[str, Any]
"""Plain values for a view, with ``key`` and ``rev``."""


class RowSource(Protocol):
    """What a list needs from `imnb.live.source.Source`."""

    @property
    def snapshot(self) -> Snapshot:
        """The rows now."""

    @property
    def at_start(self) -> bool:
        """No older rows are known."""

    def subscribe(
        self, watcher: Callable[[Snapshot, Changes], None]
    ) -> Callable[[], None]:
        """Hear of changes."""

    async def open(self) -> object:
        """Begin."""

    async def load_older(self, count: int = 50) -> int:
        """Page back."""

    def shrink(self) -> None:
        """Give back what was paged in."""

    async def close(self) -> None:
        """End."""


class RowsViewModel(ViewModel):
    """Follows a source; `rows` is replaced, never changed in place.

    A row is made anew only when its rev changed, so that a thousand rows cost
    what one changed row costs.
    """

    rows = traitlets.Tuple()

    def __init__(self) -> None:
        super().__init__()
        self._source: RowSource | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._made: dict[object, tuple[object, ShownRow]] = {}

    def follow(self, source: RowSource) -> None:
        """Show this source from now on."""
        self.leave()
        self._source = source
        self._unsubscribe = source.subscribe(lambda snapshot, _: self._show(snapshot))
        self._show(source.snapshot)

    def leave(self) -> RowSource | None:
        """Stop following; returns the source, which the caller closes."""
        source, self._source = self._source, None
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._made = {}
        self.rows = ()
        return source

    def close(self) -> None:
        """See `ViewModel.close`."""
        self.leave()
        super().close()

    def present(self, row: ShownRow) -> ShownRow:
        """What a view shows of a row of the source."""
        return row

    def _show(self, snapshot: Snapshot) -> None:
        made, rows = {}, []
        for row in snapshot.rows:
            key, rev = row[0], row[-1]
            known = self._made.get(key)
            if known is None or known[0] != rev:
                named = dict(zip(snapshot.columns, row, strict=True))
                known = (rev, {**self.present(named), "key": str(key), "rev": rev})
            made[key] = known
            rows.append(known[1])
        self._made = made
        self.rows = tuple(rows)

"""A list on the screen: rows of a source, made presentable one by one."""

from collections.abc import Callable
from typing import Any, Protocol

import traitlets

from imnb.live.snapshot import Changes, Row, Snapshot
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

    @property
    def at_end(self) -> bool:
        """The newest row is shown."""

    def subscribe(
        self, watcher: Callable[[Snapshot, Changes], None]
    ) -> Callable[[], None]:
        """Hear of changes."""

    async def open(self) -> object:
        """Begin."""

    async def load_older(self, count: int = 50) -> int:
        """Page back."""

    async def load_newer(self, count: int = 50) -> int:
        """Page on, where the newest row is not shown."""

    async def jump(self, place: int) -> object:
        """Show what is around a place."""

    def shrink(self) -> None:
        """Give back what was paged in."""

    async def close(self) -> None:
        """End."""


class RowsViewModel(ViewModel):
    """Follows a source; `rows` is replaced, never changed in place.

    A row is made anew only when its stamp changed, so that a thousand rows cost
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

    def stamp(self, row: Row) -> object:
        """Says that a row is to be made anew; its rev, if nothing is beside it."""
        return row[-1]

    def refresh(self) -> None:
        """What is beside the rows has changed."""
        if self._source is not None:
            self._show(self._source.snapshot)

    def _show(self, snapshot: Snapshot) -> None:
        made, rows = {}, []
        for row in snapshot.rows:
            key, stamp = row[0], self.stamp(row)
            known = self._made.get(key)
            if known is None or known[0] != stamp:
                named = dict(zip(snapshot.columns, row, strict=True))
                shown = {**self.present(named), "key": str(key), "rev": stamp}
                known = (stamp, shown)
            made[key] = known
            rows.append(known[1])
        self._made = made
        self.rows = tuple(rows)

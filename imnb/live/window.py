"""A window on an ordered collection, kept by what changed in it. Pure.

A window holds every row of its rule between a floor and a ceiling, and shows the
`limit` nearest to the ceiling; the others are spare, so that rows may go without
a query. Whoever keeps it fetches the rows that changed (`applied`), and those
beneath the floor when `missing` says so. A change costs what changed, however
large the collection is.
"""

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from imnb.live.snapshot import Key, Row

Place = Any
"""Where a row stands in the order of its collection; unique there, comparable."""
Id = tuple[str, Key]
"""Table and key, as the feed names a row."""

SPARE = 100
"""Rows that a window holds beneath those that it shows, but no more than it shows."""
MAX_SHOWN = 5_000
"""Rows that paging can make of a window; what scrolled away beyond is given back."""


class Placed(NamedTuple):
    """A row and its place."""

    place: Place
    id: Id
    row: Row


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """Immutable; each change gives a new one.

    Attributes:
        limit: rows that are shown.
        held: lowest place first.
        floor: there may be more rows below; None when there are none.
        ceiling: there may be more rows above; None at the newest end.
        bounds: what the rule is limited by, as it was read (`Branch.bounds`).
    """

    limit: int
    held: tuple[Placed, ...] = dataclasses.field(default=(), repr=False)
    floor: Place | None = None
    ceiling: Place | None = None
    bounds: tuple[Row, ...] = ()

    @property
    def capacity(self) -> int:
        """Rows that are held at most."""
        return self.limit + min(self.limit, SPARE)

    @property
    def shown(self) -> tuple[Placed, ...]:
        """The rows nearest to the ceiling."""
        return self.held[-self.limit :]

    @property
    def missing(self) -> int:
        """How many rows are to be fetched from below the floor."""
        if self.floor is None or len(self.held) >= self.limit:
            return 0
        return self.capacity - len(self.held)

    @property
    def is_whole(self) -> bool:
        """No row of the collection is older than those that are shown."""
        return self.floor is None and len(self.held) <= self.limit

    def spans(self, place: Place) -> bool:
        """A row at this place is held, if there is one."""
        return (self.floor is None or place >= self.floor) and (
            self.ceiling is None or place <= self.ceiling
        )

    def applied(self, changed: Collection[Id], found: Iterable[Placed]) -> "Window":
        """Rows changed, came or went.

        Args:
            changed: all of them.
            found: those that belong to the collection now, as they are now.
        """
        kept = [one for one in self.held if one.id not in changed]
        fresh = [one for one in found if self.spans(one.place)]
        if fresh:
            kept = sorted(kept + fresh, key=_place)
        return _trimmed(dataclasses.replace(self, held=tuple(kept)))

    def lowered(self, found: Sequence[Placed], is_all: bool) -> "Window":
        """Rows from below the floor, nearest first or not.

        Args:
            found: the next ones.
            is_all: there are no more.
        """
        held = (*sorted(found, key=_place), *self.held)
        floor = None if is_all or not held else held[0].place
        return dataclasses.replace(self, held=held, floor=floor)

    def raised(self, found: Sequence[Placed], is_all: bool) -> "Window":
        """Rows from above the ceiling; as many of the lowest are given back."""
        held = (*self.held, *sorted(found, key=_place))
        ceiling = None if is_all or not held else held[-1].place
        return _trimmed(dataclasses.replace(self, held=held, ceiling=ceiling))

    def grown(self, count: int) -> "Window":
        """Show so many more."""
        return dataclasses.replace(self, limit=self.limit + count)

    def fitted(self, most: int = MAX_SHOWN) -> "Window":
        """Give back the newest rows of too many: the reader is at the old end."""
        if self.limit <= most:
            return self
        shown = self.shown
        kept = self.held[: len(self.held) - max(len(shown) - most, 0)]
        ceiling = kept[-1].place if len(kept) < len(self.held) else self.ceiling
        smaller = dataclasses.replace(self, limit=most, held=kept, ceiling=ceiling)
        return _trimmed(smaller)

    def at_most(self, limit: int) -> "Window":
        """Show no more than so many."""
        return _trimmed(dataclasses.replace(self, limit=min(limit, self.limit)))


def _trimmed(window: Window) -> Window:
    """Raise the floor when too much is held."""
    if len(window.held) <= window.capacity:
        return window
    held = window.held[-window.capacity :]
    return dataclasses.replace(window, held=held, floor=held[0].place)


def _place(one: Placed) -> Place:
    return one.place

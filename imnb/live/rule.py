"""Which rows a collection holds, in which order, and what can change them.

A rule is SQL about one table, or about several whose rows follow each other
(branches). What decides whether a row belongs to it, and where it stands, comes
from the row itself: so a row that changed is judged alone. Joins may only add
columns; a change of what is joined is a `Dependency`.
"""

import dataclasses
import functools
from collections.abc import Callable, Iterable
from typing import Any

from imnb.live.fresh import Fresh
from imnb.live.snapshot import Key, Row
from imnb.live.window import Id, Window

Params = tuple[object, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Branch:
    """Rows of one table, called ``t`` in all of its SQL.

    Attributes:
        table: as the feed names it.
        key: columns (all BIGINT or all VARCHAR) as the feed keys its rows.
        columns: expressions, the row's key first and its rev last; ``?`` are
            `column_params`.
        where: which rows, by columns of ``t`` alone, without the present time; ``?``
            are `where_params` and then the values that `bounds` gave.
        order: expressions over columns of ``t`` that are never NULL; together
            unique among the rows.
        joins: add columns, and no rows; ``?`` are `join_params`.
        bounds: a query (and its parameters) for limits of `where` that lie in other
            tables; it gives one row. Its tables are dependencies of the rule.
        is_cut: by its bounds, the rows end although there are newer ones.
        partition: how the key of every row begins; others are not even looked at.
    """

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    where: str
    order: tuple[str, ...]
    where_params: Params = ()
    column_params: Params = ()
    joins: str = ""
    join_params: Params = ()
    bounds: tuple[str, Params] | None = None
    is_cut: Callable[[Params], bool] = dataclasses.field(
        default=lambda bounds: False, compare=False, repr=False
    )
    partition: Params = ()

    @property
    def is_in_order_of_keys(self) -> bool:
        """Within the partition the key says how high a row stands."""
        return self.key[len(self.partition) :] == self.order

    def admitted(self, fresh: Fresh, floor: Params | None) -> Iterable[Key]:
        """Keys that changed and may be rows of this, at or above the floor."""
        if not self.partition:
            return fresh.keys(self.table)
        keys = fresh.within(self.table, self.partition[0])
        if floor is None or not self.is_in_order_of_keys:
            return keys
        first = (*self.partition, *floor)
        return [key for key in keys if _as_tuple(key) >= first]


@dataclasses.dataclass(frozen=True, slots=True)
class Dependency:
    """A table that is joined, or limits a rule.

    Attributes:
        touches: rows of the window that a change there may change; None for any,
            and for rows that are not in it: then it is read anew.
    """

    table: str
    touches: Callable[[Fresh, Window], Iterable[Id] | None]


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """A collection as a function of the store, and of nothing else.

    Attributes:
        columns: the key first, ``rev`` last.
        branches: those that follow stand above.
        also: other tables that the rows depend on.
        newest_first: display order; else from the lowest place to the highest.
        from_lowest: the window is at the lowest end of the order, e.g. of names.
    """

    name: str
    columns: tuple[str, ...]
    branches: tuple[Branch, ...]
    also: tuple[Dependency, ...] = dataclasses.field(
        default=(), compare=False, repr=False
    )
    newest_first: bool = False
    from_lowest: bool = False

    @property
    def tables(self) -> frozenset[str]:
        """Every table that it depends on."""
        joined = frozenset(one.table for one in self.also)
        return joined.union(branch.table for branch in self.branches)

    def candidates(self, fresh: Fresh, window: Window) -> dict[Id, None] | None:
        """Rows to be fetched anew; None when all are."""
        found: dict[Id, None] = {}
        for number, branch in enumerate(self.branches):
            if branch.table in fresh:
                floor = self._floor(number, window)
                for key in branch.admitted(fresh, floor):
                    found[branch.table, key] = None
        for dependency in self.also:
            if dependency.table in fresh:
                touched = dependency.touches(fresh, window)
                if touched is None:
                    return None
                found.update(dict.fromkeys(touched))
        return found

    def place(self, number: int, values: Params) -> Any:
        """Where a row of a branch stands; the window is at the highest."""
        place = (number, *values)
        return Falling(place) if self.from_lowest else place

    def shown(self, window: Window) -> list[Row]:
        """The rows of a window in display order."""
        rows = [placed.row for placed in window.shown]
        return rows[::-1] if self.newest_first != self.from_lowest else rows

    def _floor(self, number: int, window: Window) -> Params | None:
        if window.floor is None or self.from_lowest or window.floor[0] != number:
            return None
        values: Params = window.floor[1:]
        return values


@functools.total_ordering
class Falling:
    """A place in an order that is turned round."""

    __slots__ = ("place",)

    def __init__(self, place: Params) -> None:
        self.place = place

    def __repr__(self) -> str:
        return f"<Falling {self.place}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Falling) and self.place == other.place

    def __lt__(self, other: "Falling") -> bool:
        return other.place < self.place

    def __hash__(self) -> int:
        return hash(self.place)


def named_in(table: str, column: int) -> Dependency:
    """Rows of the window whose column names a row that changed in ``table``."""

    def touches(fresh: Fresh, window: Window) -> Iterable[Id]:
        named = set(fresh.keys(table))
        return [one.id for one in window.held if one.row[column] in named]

    return Dependency(table, touches)


def leads_to(table: str, parent: str) -> Dependency:
    """Keys of ``table`` begin with the key of the row of ``parent`` they belong to."""

    def touches(fresh: Fresh, window: Window) -> Iterable[Id]:
        return [(parent, _as_tuple(key)[0]) for key in fresh.keys(table)]

    return Dependency(table, touches)


def read_anew(table: str, key: Key | None = None, *, gone: bool = False) -> Dependency:
    """All rows, when one of ``table`` changed: any, that one, or when it went."""

    def touches(fresh: Fresh, window: Window) -> Iterable[Id] | None:
        keys = fresh.gone(table) if gone else set(fresh.keys(table))
        return None if key in keys or (key is None and keys) else ()

    return Dependency(table, touches)


def _as_tuple(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)

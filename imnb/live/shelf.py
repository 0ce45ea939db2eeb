"""The SQL of rules: reading a window, its next rows, and rows that changed.

Everything here runs in a reader's thread, within one transaction.
"""

import collections
import dataclasses
import operator
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from imnb.live.rule import Branch, Falling, Params, Rule
from imnb.live.window import MAX_SHOWN, Id, Place, Placed, Window
from imnb.store.connection import Reader

OLDER, NEWER = "<", ">"
_OPPOSITE = {"<": ">", ">": "<"}


class Edge(NamedTuple):
    """Where reading begins, and whether a row right there is wanted too."""

    place: Place
    included: bool = False


class Shelf:
    """The rows of one rule, for one reader."""

    def __init__(self, reader: Reader, rule: Rule) -> None:
        self._reader = reader
        self._rule = rule

    def anew(self, window: Window) -> Window:
        """The same window, read again."""
        bounds = self._bounds()
        edge = None if window.ceiling is None else Edge(window.ceiling, included=True)
        rows, is_all = self._take(OLDER, edge, window.capacity, bounds)
        blank = Window(window.limit, ceiling=window.ceiling, bounds=bounds)
        return blank.lowered(rows, is_all)

    def around(self, window: Window, values: Params) -> Window:
        """A window in whose middle a row of the first branch stands."""
        bounds = self._bounds()
        place = self._rule.place(0, values)
        half = max(window.limit // 2, 1)
        rows, is_all = self._take(OLDER, Edge(place, included=True), half, bounds)
        blank = Window(window.limit, ceiling=place, bounds=bounds)
        lower = blank.lowered(rows, is_all)
        return self.refilled(self.newer(lower, window.limit - len(rows)))

    def older(self, window: Window, count: int) -> Window:
        """Show more at the old end; the newest rows of too many are given back."""
        if window.is_whole:
            return window
        if window.limit < MAX_SHOWN:
            count = min(count, MAX_SHOWN - window.limit)
        return self.refilled(window.grown(count)).fitted()

    def newer(self, window: Window, count: int) -> Window:
        """Show more at the new end; the oldest rows of too many are given back."""
        if window.ceiling is None:
            return window
        edge = Edge(window.ceiling)
        rows, is_all = self._take(NEWER, edge, count, window.bounds)
        is_cut = any(
            branch.is_cut(bounds)
            for branch, bounds in zip(self._rule.branches, window.bounds, strict=True)
        )
        wanted = min(len(window.shown) + len(rows), MAX_SHOWN)
        room = max(wanted - window.limit, 0)
        return window.grown(room).raised(rows, is_all and not is_cut)

    def refilled(self, window: Window) -> Window:
        """Fetch what the window lacks below its floor."""
        if not window.missing:
            return window
        edge = Edge(window.floor)
        return window.lowered(*self._take(OLDER, edge, window.missing, window.bounds))

    def _bounds(self) -> tuple[tuple[Any, ...], ...]:
        return tuple(
            self._reader.fetch(*branch.bounds)[0] if branch.bounds else ()
            for branch in self._rule.branches
        )

    def _take(
        self, way: str, edge: Edge | None, count: int, bounds: tuple[Params, ...]
    ) -> tuple[list[Placed], bool]:
        """The next rows from an edge, and whether there are no more."""
        rule = self._rule
        numbers = list(range(len(rule.branches)))
        if (way == OLDER) != rule.from_lowest:
            numbers.reverse()
        found: list[Placed] = []
        for number in numbers:
            limit = count + 1 - len(found)
            query = _page(rule, number, way, edge, limit, bounds[number])
            if query is not None and limit > 0:
                branch = rule.branches[number]
                rows = [
                    _placed(rule, number, branch, row)
                    for row in self._reader.fetch(*query)
                ]
                # the joins came after the LIMIT and keep no order
                rows.sort(key=operator.attrgetter("place"), reverse=way == OLDER)
                found += rows
        return found[:count], len(found) <= count


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """Rows that changed, and the window of a rule that they may belong to."""

    rule: Rule
    window: Window
    ids: Iterable[Id]


def find(reader: Reader, wanted: Sequence[Wanted]) -> list[list[Placed]]:
    """Which of the rows belong to each rule, as they are now.

    Rules that differ in nothing but in ``where`` share a query: each costs half a
    millisecond, whatever it asks.
    """
    found: list[list[Placed]] = [[] for _ in wanted]
    groups: dict[Branch, list[tuple[int, int]]] = collections.defaultdict(list)
    for place, one in enumerate(wanted):
        for number, branch in enumerate(one.rule.branches):
            groups[_shape(branch)].append((place, number))
    for shape, members in groups.items():
        tables = [one for place, _ in members for one in wanted[place].ids]
        keys = list(dict.fromkeys(key for table, key in tables if table == shape.table))
        if not keys:
            continue
        for row in reader.fetch(*_lookup(shape, keys, wanted, members)):
            flags = row[-len(members) :]
            for flag, (place, number) in zip(flags, members, strict=True):
                if flag:
                    rule = wanted[place].rule
                    found[place].append(_placed(rule, number, shape, row))
    return found


def _shape(branch: Branch) -> Branch:
    return dataclasses.replace(
        branch, where="", where_params=(), bounds=None, partition=()
    )


def _selected(branch: Branch) -> str:
    key = [f't."{name}"' for name in branch.key]
    return ", ".join([*key, *branch.order, *branch.columns])


def _page(
    rule: Rule, number: int, way: str, edge: Edge | None, limit: int, bounds: Params
) -> tuple[str, list[object]] | None:
    """The query for the next rows of a branch; None where it has none."""
    branch = rule.branches[number]
    sign = _OPPOSITE[way] if rule.from_lowest else way
    limits: str = ""
    params: list[object] = []
    if edge is not None:
        start: Any = edge.place
        if isinstance(start, Falling):
            start = start.place
        if number != start[0]:
            if (number < start[0]) != (sign == OLDER):
                return None
        else:
            limits, params = _beyond(branch, sign, start[1:], edge.included)
    turn = "DESC" if sign == OLDER else "ASC"
    order = ", ".join(f"{one} {turn}" for one in branch.order)
    return (
        f'SELECT {_selected(branch)} FROM (SELECT * FROM "{branch.table}" t '
        f"WHERE ({branch.where}){limits} ORDER BY {order} LIMIT ?) t {branch.joins}",
        [
            *branch.column_params,
            *branch.where_params,
            *bounds,
            *params,
            limit,
            *branch.join_params,
        ],
    )


def _beyond(
    branch: Branch, sign: str, values: Params, included: bool
) -> tuple[str, list[object]]:
    strict = f"{sign}=" if included else sign
    if len(values) == 1:
        return f" AND {branch.order[0]} {strict} ?", list(values)
    # the first part alone lets DuckDB skip blocks, which a row comparison does not
    marks = ", ".join("?" * len(values))
    return (
        f" AND {branch.order[0]} {sign}= ? "
        f"AND ({', '.join(branch.order)}) {strict} ({marks})",
        [values[0], *values],
    )


def _lookup(
    shape: Branch,
    keys: list[Any],
    wanted: Sequence[Wanted],
    members: list[tuple[int, int]],
) -> tuple[str, list[object]]:
    flags, flag_params = [], []
    for place, number in members:
        branch = wanted[place].rule.branches[number]
        flags.append(f"({branch.where})")
        flag_params += [*branch.where_params, *wanted[place].window.bounds[number]]
    columns = list(zip(*keys, strict=True)) if len(shape.key) > 1 else [keys]
    kinds = ["BIGINT" if isinstance(one[0], int) else "VARCHAR" for one in columns]
    lists = ", ".join(f"unnest(?::{kind}[]) AS k{i}" for i, kind in enumerate(kinds))
    same = " AND ".join(f't."{name}" = v.k{i}' for i, name in enumerate(shape.key))
    return (
        f"SELECT {_selected(shape)}, {', '.join(flags)} FROM ("
        f'SELECT t.* FROM "{shape.table}" t SEMI JOIN (SELECT {lists}) v '
        f"ON {same}) t {shape.joins}",
        [
            *shape.column_params,
            *flag_params,
            *(list(one) for one in columns),
            *shape.join_params,
        ],
    )


def _placed(rule: Rule, number: int, branch: Branch, row: tuple[Any, ...]) -> Placed:
    after_key = len(branch.key)
    after_order = after_key + len(branch.order)
    key = row[:after_key] if after_key > 1 else row[0]
    end = after_order + len(branch.columns)
    place = rule.place(number, row[after_key:after_order])
    return Placed(place, (branch.table, key), row[after_order:end])

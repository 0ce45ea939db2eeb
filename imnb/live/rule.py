"""Which rows a collection holds, and which changes can concern it."""

import dataclasses
from collections.abc import Callable

from imnb.live.snapshot import Row
from imnb.store.connection import Reader
from imnb.store.feed import Entry


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """A collection as a function of the store, and of nothing else.

    A rule does not look at the clock: only a change of the store changes what
    it gives.

    Attributes:
        tables: every table that `read` looks into.
        columns: the key first, ``rev`` last.
        read: the rows in display order: at most so many, from the newest end.
        concerns: whether the change of one row of `tables` may change the rows.
    """

    name: str
    tables: frozenset[str]
    columns: tuple[str, ...]
    read: Callable[[Reader, int], list[Row]] = dataclasses.field(repr=False)
    concerns: Callable[[Entry], bool] = dataclasses.field(
        default=lambda entry: True, repr=False
    )

    def is_touched_by(self, entries: list[Entry]) -> bool:
        """One of the changes may concern this collection."""
        tables, concerns = self.tables, self.concerns
        return any(entry.table in tables and concerns(entry) for entry in entries)

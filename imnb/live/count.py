"""A figure of the store, kept up to date: an aggregate, not a set of keys."""

import dataclasses

from imnb.live.fresh import Fresh
from imnb.live.observer import Published, ReportError
from imnb.live.rule import Params
from imnb.live.snapshot import Row
from imnb.store.connection import Reader

COLUMNS = ("key", "value", "rev")


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One number as a function of the store.

    Attributes:
        tables: every table that the query looks into.
        sql: gives one row with one number; NULL counts as 0.
    """

    name: str
    tables: frozenset[str]
    sql: str
    params: Params = ()

    def read(self, reader: Reader) -> list[Row]:
        """As one row, so that it is published like any other collection."""
        [(value,)] = reader.fetch(self.sql, self.params)
        return [(self.name, value or 0, value or 0)]


class Count(Published):
    """Follows a figure."""

    def __init__(self, figure: Figure, report: ReportError) -> None:
        super().__init__(figure.name, COLUMNS, report)
        self.figure = figure

    def __repr__(self) -> str:
        return f"<Count {self.name}: {self.value}>"

    @property
    def value(self) -> int | float | None:
        """The number; None before it was read."""
        rows = self.snapshot.rows
        return rows[0][1] if rows else None  # type: ignore[return-value]

    def is_touched_by(self, fresh: Fresh) -> bool:
        """It may be another now."""
        return any(table in fresh for table in self.figure.tables)

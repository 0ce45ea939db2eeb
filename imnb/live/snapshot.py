"""What an observer publishes: immutable rows, and how they differ from before."""

import dataclasses
import functools
from collections.abc import Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

Row = tuple[object, ...]
Key = Hashable


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """Rows in display order; the first column is the key, the last is ``rev``.

    Attributes:
        revision: of the store, when the rows were read.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...] = dataclasses.field(default=(), repr=False)
    revision: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @functools.cached_property
    def keys(self) -> tuple[Key, ...]:
        """The key of each row."""
        return tuple(row[0] for row in self.rows)

    @property
    def df(self) -> "pandas.DataFrame":
        """The rows as a table; columns that end in ``_at`` are times in UTC.

        It is made at the first use; each caller gets a copy, which from pandas 3
        on shares the data until somebody writes to it.
        """
        import pandas

        is_lazy = int(pandas.__version__.partition(".")[0]) >= 3
        return self._frame.copy(deep=not is_lazy)

    @functools.cached_property
    def _frame(self) -> "pandas.DataFrame":
        import pandas

        frame = pandas.DataFrame.from_records(list(self.rows), columns=self.columns)
        for column in self.columns:
            if column.endswith("_at"):
                frame[column] = pandas.to_datetime(frame[column], unit="us", utc=True)
        return frame


@dataclasses.dataclass(frozen=True, slots=True)
class Changes:
    """Keys that differ between two snapshots.

    Attributes:
        moved: keys in both whose place among the others is another one now.
    """

    inserted: tuple[Key, ...] = ()
    updated: tuple[Key, ...] = ()
    deleted: tuple[Key, ...] = ()
    moved: tuple[Key, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.inserted or self.updated or self.deleted or self.moved)

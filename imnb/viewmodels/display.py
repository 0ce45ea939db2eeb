"""How a list to choose from looks: rules for the list, a row, its detail, the choice.

Views show every word of it as text. A rule of one's own needs the methods of its
protocol and nothing else.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from imnb.viewmodels.selection_rule import SelectionRule

Row = Mapping[str, Any]
"""A row of a source, by column."""
Line = tuple[str, str]
"""Label and value."""


@dataclasses.dataclass(frozen=True, slots=True)
class RowLook:
    """What a row shows.

    Attributes:
        name: what it is looked for, ordered and grouped by.
        about: a second, pale line; it is searched too.
        colour: rows with the same text have the same one; the name if empty.
    """

    name: str
    about: str = ""
    colour: str = ""


class ListDisplay(Protocol):
    """The list as a whole."""

    @property
    def title(self) -> str:
        """What is asked."""

    @property
    def nothing(self) -> str:
        """Said when there is nothing to choose from."""

    def group(self, row: Row, letter: str) -> str:
        """The heading that a row stands under; ``letter`` is the usual one."""


class RowDisplay(Protocol):
    """One row of it."""

    def look(self, row: Row) -> RowLook:
        """What it shows."""


class DetailDisplay(Protocol):
    """More about the row that the keyboard is at."""

    def lines(self, row: Row) -> Sequence[Line]:
        """A few."""


class SelectionDisplay(Protocol):
    """What was chosen so far."""

    def button(self, count: int) -> str:
        """On the button that ends it."""

    def summary(self, count: int, rule: "SelectionRule") -> str:
        """Beside it."""


@dataclasses.dataclass(frozen=True, slots=True)
class PlainList:
    """By letters."""

    title: str
    nothing: str = "There is nothing to choose from"

    def group(self, row: Row, letter: str) -> str:
        """See `ListDisplay.group`."""
        return letter


class NamedRow:
    """A row with a column ``name``."""

    def look(self, row: Row) -> RowLook:
        """See `RowDisplay.look`."""
        return RowLook(row["name"])


class NoDetail:
    """Nothing more is known."""

    def lines(self, row: Row) -> Sequence[Line]:
        """See `DetailDisplay.lines`."""
        return ()


@dataclasses.dataclass(frozen=True, slots=True)
class Counted:
    """A verb, and how many there are."""

    verb: str = "Choose"

    def button(self, count: int) -> str:
        """See `SelectionDisplay.button`."""
        return f"{self.verb} ({count})" if count > 1 else self.verb

    def summary(self, count: int, rule: "SelectionRule") -> str:
        """See `SelectionDisplay.summary`."""
        if rule.is_single:
            return "" if count else "Choose one"
        limit = "" if rule.maximum is None else f" of at most {rule.maximum}"
        return rule.problem(count) or f"{count} chosen{limit}"

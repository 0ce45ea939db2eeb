"""All in which one use of the picker differs from another."""

import dataclasses
from collections.abc import Awaitable, Callable, Hashable

from imnb.viewmodels.choices import Given
from imnb.viewmodels.display import (
    Counted,
    DetailDisplay,
    ListDisplay,
    NamedRow,
    NoDetail,
    PlainList,
    RowDisplay,
    SelectionDisplay,
)
from imnb.viewmodels.selection_rule import SelectionRule

Keys = tuple[Hashable, ...]
Validator = Callable[[Keys], "Awaitable[str | None] | str | None"]
"""Says why a choice cannot be, for people; nothing when it can. It may be async,
and what it raises of `imnb.errors` is such a reason too."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PickerSetup:
    """What is chosen from, how it looks, how many, and whether it may be.

    Attributes:
        choices: the first column of its rows is what is chosen.
        validate: asked when the choice is to end.
    """

    choices: Given
    list: ListDisplay = dataclasses.field(default_factory=lambda: PlainList("Choose"))
    row: RowDisplay = dataclasses.field(default_factory=NamedRow)
    detail: DetailDisplay = dataclasses.field(default_factory=NoDetail)
    selection: SelectionDisplay = dataclasses.field(default_factory=Counted)
    rule: SelectionRule = dataclasses.field(default_factory=SelectionRule)
    validate: Validator | None = None

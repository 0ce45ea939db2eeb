"""The rows of a list on their way to the browser, by difference.

The order of some thousand keys would outweigh the one row that changed, so it
is sent as an edit of the order before: drop so many keys at the front, then at
a place replace so many by others. That makes appending, paging back, giving
back old pages and moving to the top cheap.
"""

from typing import Any

Row = dict[str, Any]
Edit = tuple[int, int, int, list[str]]
"""Dropped at the front; then: at, removed, inserted."""


class RowsFrame:
    """Remembers what was sent."""

    def __init__(self) -> None:
        self._sent: dict[str, Row] = {}
        self._order: list[str] = []

    def make(self, rows: tuple[Row, ...], anew: bool) -> dict[str, Any]:
        """The order, or the edit that makes it, and the rows that changed."""
        known = {} if anew else self._sent
        before = self._order
        self._sent = {row["key"]: row for row in rows}
        self._order = list(self._sent)
        changed = [row for row in rows if known.get(row["key"]) is not row]
        if anew:
            return {"order": self._order, "rows": changed}
        return {"edit": edit(before, self._order), "rows": changed}


def edit(before: list[str], after: list[str]) -> Edit:
    """What makes the second order out of the first one."""
    dropped = _dropped(before, after)
    limit = min(len(before) - dropped, len(after))
    same = 0
    while same < limit and before[dropped + same] == after[same]:
        same += 1
    end = 0
    while end < limit - same and before[-1 - end] == after[-1 - end]:
        end += 1
    removed = len(before) - dropped - same - end
    return dropped, same, removed, after[same : len(after) - end]


def _dropped(before: list[str], after: list[str]) -> int:
    """How many keys are gone from the front."""
    if not before or not after or before[0] == after[0]:
        return 0
    wanted = set(after)
    return next((n for n, key in enumerate(before) if key in wanted), 0)

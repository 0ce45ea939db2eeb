"""The newest windows of collections that were shown lately."""

import collections
from typing import TYPE_CHECKING, NamedTuple

from imnb.live.observer import Observer
from imnb.live.window import Window

if TYPE_CHECKING:
    from imnb.live.rule import Rule

MAX_KEPT = 16
"""Collections; the one that was shown longest ago goes first."""


class Known(NamedTuple):
    """A window, and up to where in the feed it has seen everything."""

    window: Window
    mark: int
    revision: int


class Memory:
    """Windows by rule, so that what is shown again needs no query.

    Nothing is read to keep them: one that is out of date when it is asked for is
    read anew then.
    """

    def __init__(self) -> None:
        self._kept: collections.OrderedDict[Rule, Known] = collections.OrderedDict()

    def __repr__(self) -> str:
        return f"<Memory of {len(self._kept)} windows>"

    def keep(self, observer: Observer, mark: int) -> None:
        """Remember what an observer shows, unless that is not the newest end."""
        window = observer.window
        if window.ceiling is not None:
            return
        known = Known(window, mark, observer.snapshot.revision)
        self._kept[observer.rule] = known
        self._kept.move_to_end(observer.rule)
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)

    def recall(self, observer: Observer) -> Known | None:
        """What is known of its rule, if it is enough for its window."""
        known = self._kept.get(observer.rule)
        if known is None or known.window.limit < observer.window.limit:
            return None
        return known

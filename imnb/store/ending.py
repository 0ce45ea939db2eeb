"""Ending threads when the interpreter ends and nobody closed their store.

A kernel is often shut down with clients open. A thread that is inside DuckDB at
that moment would abort the process; this way what was submitted is committed.
"""

import atexit
import weakref
from typing import Protocol

PATIENCE = 3.0
"""Seconds that the interpreter waits for one thread."""


class Endable(Protocol):
    """Has threads."""

    def end(self, timeout: float) -> None:
        """End the threads without help of a loop."""


_live: "weakref.WeakValueDictionary[int, Endable]" = weakref.WeakValueDictionary()


def watch(part: Endable) -> None:
    """End this at exit, unless `forget` comes first."""
    _live[id(part)] = part


def forget(part: Endable) -> None:
    """It was closed as it should be."""
    _live.pop(id(part), None)


@atexit.register
def end_all() -> None:
    """End whatever is still running, last started first: readers before writers."""
    for part in reversed(list(_live.values())):
        forget(part)
        part.end(PATIENCE)

"""What changed, kept in memory for the observers of one process.

The writer adds batches after each COMMIT. A reader holds a mark and takes what
came since; one that fell behind is told so (``None``) and reads anew.
Overflow rule: the oldest batches are dropped beyond `MAX_KEYS` keys.
"""

import collections
import itertools
import threading
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

Key = Hashable
MAX_KEYS = 10_000
"""An observer with more candidates reads its window anew anyway."""


class Batch(NamedTuple):
    """Rows of one table that changed, or were removed (``dead``), at one revision."""

    table: str
    keys: Sequence[Key]
    rev: int
    dead: bool = False


class Feed:
    """Bounded, in order of COMMIT; `add` and `take` from any thread."""

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self._max_keys = max_keys
        self._lock = threading.Lock()
        self._batches: collections.deque[Batch] = collections.deque()
        self._size = 0
        self._first = 0
        self._listeners: list[Callable[[], None]] = []

    def __repr__(self) -> str:
        return f"<Feed {self._size} keys, {len(self._listeners)} listeners>"

    @property
    def mark(self) -> int:
        """Where a reader stands that has seen everything."""
        with self._lock:
            return self._first + len(self._batches)

    def take(self, mark: int) -> tuple[list[Batch] | None, int]:
        """What came since ``mark``, oldest first, and the mark to go on from.

        Take before the transaction that reads the rows begins: a later take
        may name rows that its snapshot does not show.

        Returns:
            ``None`` in place of the batches when some were dropped.
        """
        with self._lock:
            end = self._first + len(self._batches)
            if mark < self._first:
                return None, end
            first = mark - self._first
            return list(itertools.islice(self._batches, first, None)), end

    def add(self, batches: Sequence[Batch]) -> None:
        """Add what one COMMIT changed."""
        with self._lock:
            for batch in batches:
                self._batches.append(batch)
                self._size += len(batch.keys)
            while self._size > self._max_keys:
                self._size -= len(self._batches.popleft().keys)
                self._first += 1

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` on the loop after each COMMIT that changed rows.

        Returns:
            A function that ends the subscription.
        """
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def wake(self) -> None:
        """Tell the listeners; on the loop."""
        for listener in tuple(self._listeners):
            listener()

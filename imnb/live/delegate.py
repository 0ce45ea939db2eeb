"""Telling watchers elsewhere, and telling them in single steps."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from imnb.live.diff import diff
from imnb.live.observer import Published, Watcher
from imnb.live.snapshot import Changes, Key, Snapshot

Run = Callable[[Callable[[], None]], None]


def run_here(call: Callable[[], None]) -> None:
    """Watchers run on the engine's loop, where the changes are found."""
    call()


class Delegate(Protocol):
    """Somebody who shows rows and wants each change by its kind.

    All calls of one change get the same snapshot, the one after it.
    """

    def reset(self, snapshot: Snapshot) -> None:
        """Show these: at first, and when no row of before is left."""

    def delete(self, snapshot: Snapshot, keys: Sequence[Key]) -> None:
        """Rows that are no more."""

    def insert(self, snapshot: Snapshot, keys: Sequence[Key]) -> None:
        """Rows that are new; where they stand, the snapshot says."""

    def move(self, snapshot: Snapshot, keys: Sequence[Key]) -> None:
        """Rows that stand elsewhere."""

    def update(self, snapshot: Snapshot, keys: Sequence[Key]) -> None:
        """Rows that are others under the same key."""


def watcher_of(delegate: Delegate) -> Watcher:
    """A watcher that takes changes apart; the first thing it tells is a reset."""
    is_first = True

    def watch(snapshot: Snapshot, changes: Changes) -> None:
        nonlocal is_first
        if is_first or len(changes.inserted) == len(snapshot):
            is_first = False
            delegate.reset(snapshot)
            return
        for tell, keys in (
            (delegate.delete, changes.deleted),
            (delegate.insert, changes.inserted),
            (delegate.move, changes.moved),
            (delegate.update, changes.updated),
        ):
            if keys:
                tell(snapshot, keys)

    return watch


class Delivery:
    """Brings changes to a watcher that runs elsewhere.

    Overflow rule: at most one call is on its way. What changes meanwhile is
    joined to it, so that a slow watcher misses steps and never the outcome.
    """

    def __init__(self, watcher: Watcher, run: Run, observer: Published) -> None:
        self._watcher = watcher
        self._run = run
        self._observer = observer
        self._lock = threading.Lock()
        self._told = observer.snapshot
        self._latest = observer.snapshot
        self._is_on_its_way = False
        self._is_over = False

    def __repr__(self) -> str:
        state = "on its way" if self._is_on_its_way else "idle"
        return f"<Delivery {state}, revision {self._told.revision}>"

    def __call__(self, snapshot: Snapshot, _changes: Changes) -> None:
        """Something was published."""
        with self._lock:
            self._latest = snapshot
            if self._is_on_its_way:
                return
            self._is_on_its_way = True
        try:
            self._run(self._deliver)
        except BaseException:
            self._is_on_its_way = False
            raise

    def end(self) -> None:
        """Tell no more, also not what is on its way."""
        self._is_over = True

    def _deliver(self) -> None:
        with self._lock:
            before, self._told = self._told, self._latest
            after = self._told
            self._is_on_its_way = False
        changes = diff(before.rows, after.rows)
        if changes and not self._is_over:
            self._observer.tell(self._watcher, after, changes)

"""A collection that says what changed in it."""

from collections.abc import Callable

from imnb.live.diff import diff
from imnb.live.rule import Rule
from imnb.live.snapshot import Changes, Row, Snapshot

Watcher = Callable[[Snapshot, Changes], None]
ReportError = Callable[[str, BaseException], None]


class Observer:
    """The newest rows of a rule, with insert, update, delete and move reported.

    A `Poller` reads for it and calls `publish`; it runs no SQL by itself and
    holds the rows of its window only.

    Architecture name: ``IMDBObserver``.

    Attributes:
        limit: rows of the window; a change counts from the next reading on.
        snapshot: what was published last.
    """

    def __init__(self, rule: Rule, limit: int, report: ReportError) -> None:
        self.rule = rule
        self.limit = limit
        self.snapshot = Snapshot(rule.columns)
        self._report = report
        self._watchers: dict[object, Watcher] = {}

    def __repr__(self) -> str:
        return (
            f"<Observer {self.rule.name}: {len(self.snapshot)} of at most {self.limit} "
            f"rows at revision {self.snapshot.revision}>"
        )

    def subscribe(self, watcher: Watcher) -> Callable[[], None]:
        """Call ``watcher`` when rows changed; the returned function ends that."""
        key = object()
        self._watchers[key] = watcher

        def unsubscribe() -> None:
            self._watchers.pop(key, None)

        return unsubscribe

    def publish(self, rows: list[Row], revision: int) -> Changes:
        """Take new rows and tell the watchers what is different."""
        changes = diff(self.snapshot.rows, rows)
        self.snapshot = Snapshot(self.rule.columns, tuple(rows), revision)
        if changes:
            for watcher in list(self._watchers.values()):
                self._tell(watcher, changes)
        return changes

    def _tell(self, watcher: Watcher, changes: Changes) -> None:
        try:
            watcher(self.snapshot, changes)
        except Exception as error:
            self._report(f"watcher of {self.rule.name}", error)

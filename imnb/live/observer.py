"""A collection that says what changed in it."""

from collections.abc import Callable

from imnb.live.diff import diff
from imnb.live.rule import Rule
from imnb.live.snapshot import Changes, Row, Snapshot
from imnb.live.window import Window

Watcher = Callable[[Snapshot, Changes], None]
ReportError = Callable[[str, BaseException], None]


class Published:
    """Rows that a `Poller` reads, and those who watch them; it runs no SQL itself.

    Attributes:
        snapshot: what was published last.
    """

    def __init__(
        self, name: str, columns: tuple[str, ...], report: ReportError
    ) -> None:
        self.name = name
        self.snapshot = Snapshot(columns)
        self._report = report
        self._watchers: dict[object, Watcher] = {}

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
        self.snapshot = Snapshot(self.snapshot.columns, tuple(rows), revision)
        if changes:
            for watcher in list(self._watchers.values()):
                self.tell(watcher, self.snapshot, changes)
        return changes

    def tell(self, watcher: Watcher, snapshot: Snapshot, changes: Changes) -> None:
        """Call a watcher; one that fails is reported and does not stop others."""
        try:
            watcher(snapshot, changes)
        except Exception as error:
            self._report(f"watcher of {self.name}", error)


class Observer(Published):
    """The newest rows of a rule, with insert, update, delete and move reported.

    Architecture name: ``IMDBObserver``.

    Attributes:
        rule: what it shows.
        window: the rows, and some beneath; a `Poller` keeps it.
    """

    def __init__(self, rule: Rule, limit: int, report: ReportError) -> None:
        super().__init__(rule.name, rule.columns, report)
        self.rule = rule
        self.window = Window(limit)

    def __repr__(self) -> str:
        return (
            f"<Observer {self.name}: {len(self.snapshot)} of at most "
            f"{self.window.limit} rows at revision {self.snapshot.revision}>"
        )

"""The calls of a client as rows, kept up to date by what is new in its log."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from imnb.engine.call_log import CallLog, CallRecord, read
from imnb.engine.states import StateChange

if TYPE_CHECKING:
    from imnb.viewmodels.rows import ShownRow

WINDOW = 1_000
"""Newest calls that are over, and newest that are under way."""
Key = tuple[int, int]
"""Which of the client's logs, and the number in it."""


class Logging(Protocol):
    """What is asked of an engine."""

    @property
    def calls(self) -> CallLog:
        """Those under way and the last ones that are over."""


class Calling(Protocol):
    """What is asked of a client."""

    @property
    def engine(self) -> Logging:
        """Another one after a log-in that failed, and in another environment."""

    def on_state(self, watcher: Callable[[StateChange], None]) -> Callable[[], None]:
        """Hear of changes, of later engines too."""


class CallRows:
    """Rows: key, command, ask, at (µs), state, error, tries, total (ms), phases (ms).

    Attributes:
        rows: in the order in which the calls were made; one that is as it was is
            the same object.
        total: calls that were made so far.
        live: those under way.
    """

    def __init__(self, client: Calling) -> None:
        self.rows: tuple[ShownRow, ...] = ()
        self.total = 0
        self.live = 0
        self._client = client
        self._log = client.engine.calls
        self._generation = 0
        self._before = 0
        self._taken = 0
        self._over: dict[Key, _Shown] = {}
        self._live: dict[Key, _Shown] = {}
        self._changed: Callable[[], None] | None = None
        self._unwatch: list[Callable[[], None]] = []

    def __repr__(self) -> str:
        return f"<CallRows: {self.total} calls, {self.live} under way>"

    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` when calls began or ended; then call `refresh`."""
        self.unwatch()
        self._changed = changed
        self._unwatch = [
            self._log.subscribe(changed),
            self._client.on_state(lambda _: changed()),
        ]

    def unwatch(self) -> None:
        """Hear no more of new calls."""
        while self._unwatch:
            self._unwatch.pop()()
        self._changed = None

    def refresh(self) -> None:
        """Take in what happened since the last time."""
        is_other = self._take()
        if self._client.engine.calls is not self._log:
            self._follow(self._client.engine.calls)
            is_other |= self._take()
        if is_other:
            both = {**self._over, **self._live}
            self.rows = tuple(both[key].row for key in sorted(both))

    def find(self, key: str) -> CallRecord | None:
        """The call of a row, as far as it was when the row was made."""
        generation, _, number = key.partition("-")
        if not (generation.isdecimal() and number.isdecimal()):
            return None
        place = int(generation), int(number)
        shown = self._live.get(place) or self._over.get(place)
        return None if shown is None else shown.record

    def _follow(self, log: CallLog) -> None:
        """The client has another engine; what was is still worth a look."""
        self._before += self._log.made
        self._log, self._taken = log, 0
        self._generation += 1
        if self._changed is not None:
            self.watch(self._changed)

    def _take(self) -> bool:
        """Whether there is anything new."""
        log = self._log
        ended, self._taken = log.over(self._taken), log.ended
        for record in map(read, ended):
            key = self._generation, record.number
            self._over[key] = _Shown(key, record)
        while len(self._over) > WINDOW:
            del self._over[next(iter(self._over))]
        live = dict(map(self._shown, log.live(WINDOW)))
        is_other = bool(ended) or live != self._live
        self._live = live
        self.total, self.live = self._before + log.made, log.made - log.ended
        return is_other

    def _shown(self, record: CallRecord) -> tuple[Key, "_Shown"]:
        key = self._generation, record.number
        known = self._live.get(key)
        if known is None or known.record != record:
            known = _Shown(key, record)
        return key, known


class _Shown:
    """A call and its row."""

    __slots__ = ("record", "row")

    def __init__(self, key: Key, record: CallRecord) -> None:
        self.record = record
        self.row = {
            "key": f"{key[0]}-{key[1]}",
            "rev": f"{record.state} {record.attempts}",
            "command": record.method,
            "ask": record.ask_id,
            "at": record.started_us,
            "state": record.state,
            "error": record.error_name,
            "tries": record.attempts,
            "total": _ms(record.ended),
            "phases": [_ms(seconds) for seconds in record.phases],
        }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)

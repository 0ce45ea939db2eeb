"""Times in which a loop stood still. Pure: the time is passed in."""

import dataclasses
from collections.abc import Callable

STALL = 2.0
"""Seconds without a turn of the loop after which it counts as blocked."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stall:
    """A time in which the loop did not run, e.g. that of a synchronous cell."""

    seconds: float
    ended_at: float
    """The loop's time."""


Watcher = Callable[[Stall], None]


class Stalls:
    """Notices them afterwards, from a tick that the loop itself makes.

    Attributes:
        last: the latest one.
    """

    def __init__(self, report: Callable[[str, BaseException], None]) -> None:
        self.last: Stall | None = None
        self._report = report
        self._seen: float | None = None
        self._watchers: dict[object, Watcher] = {}

    def __repr__(self) -> str:
        return f"<Stalls, the last: {self.last}>"

    def tick(self, now: float) -> None:
        """The loop runs; call it several times within `STALL` seconds."""
        seen, self._seen = self._seen, now
        if seen is None or now - seen < STALL:
            return
        self.last = Stall(now - seen, now)
        for watcher in list(self._watchers.values()):
            try:
                watcher(self.last)
            except Exception as error:
                self._report("stall watcher", error)

    def pause(self) -> None:
        """There are no ticks until the next one, and that is no stall."""
        self._seen = None

    def subscribe(self, watcher: Watcher) -> Callable[[], None]:
        """Call ``watcher`` after each stall; the returned function ends that."""
        key = object()
        self._watchers[key] = watcher

        def unsubscribe() -> None:
            self._watchers.pop(key, None)

        return unsubscribe

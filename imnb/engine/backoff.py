"""How long to wait before the next try: exponential, with full jitter.

Full jitter (a uniform choice between 0 and the ceiling) keeps the clients of a
server that comes back from arriving all at once.
"""

from collections.abc import Callable

from imnb.config import Backoff

LARGEST_EXPONENT = 30
"""2**30 times any base is beyond any cap; larger powers only cost memory."""


class BackoffSeries:
    """Counts failures in a row."""

    def __init__(self, settings: Backoff, random: Callable[[], float]) -> None:
        self.attempt = 0
        self._settings = settings
        self._random = random

    def __repr__(self) -> str:
        return f"<BackoffSeries after {self.attempt} failures>"

    def ceiling(self) -> float:
        """The longest wait that the next `fail` may give."""
        factor = 1 << min(self.attempt, LARGEST_EXPONENT)
        return min(self._settings.cap, self._settings.base * factor)

    def fail(self) -> float:
        """Count a failure; seconds to wait."""
        delay = self._random() * self.ceiling()
        self.attempt += 1
        return delay

    def restart(self) -> None:
        """Failures so far say nothing about what is tried next."""
        self.attempt = 0

    def ended(self, lasted: float) -> None:
        """An authenticated connection was lost; a stable one starts anew.

        Only such a one: a server that accepts everybody and throws them out a
        second later must not be hammered.
        """
        if lasted >= self._settings.stable_after:
            self.restart()

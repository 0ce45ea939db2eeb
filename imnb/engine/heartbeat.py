"""When to send a heartbeat, and when the peer counts as dead. Pure.

Two clocks: beats are sent by real time, because the server counts our silence
in it; the peer is judged in active time (`imnb.engine.clock`), because we may
have been unable to hear it.
"""

import enum

from imnb.config import Heartbeat


class Beat(enum.Enum):
    """What to do now."""

    NOTHING = enum.auto()
    SEND = enum.auto()
    DEAD = enum.auto()


class FixedHeartbeat:
    """One beat every `Heartbeat.interval` seconds."""

    def __init__(self, settings: Heartbeat, now: float) -> None:
        self.round_trip: float | None = None
        self._settings = settings
        self._last = now
        self._sent_at = now
        self._unanswered_since: float | None = None

    def __repr__(self) -> str:
        trip = "unknown" if self.round_trip is None else f"{self.round_trip:.3f} s"
        return f"<FixedHeartbeat every {self._settings.interval:g} s, {trip}>"

    @property
    def is_waiting(self) -> bool:
        """A beat was sent and nothing was heard since."""
        return self._unanswered_since is not None

    def check(self, now: float, active: float) -> Beat:
        """Decide; after ``SEND`` call `sent`."""
        since = self._unanswered_since
        if since is not None and active - since >= self._settings.dead_after:
            return Beat.DEAD
        if now - self._last >= self._settings.interval:
            return Beat.SEND
        return Beat.NOTHING

    def sent(self, now: float, active: float) -> None:
        """A beat left; the oldest unanswered one keeps counting."""
        self._last = self._sent_at = now
        if self._unanswered_since is None:
            self._unanswered_since = active

    def heard(self) -> None:
        """Bytes came: whatever they are, the peer lives."""
        self._unanswered_since = None

    def answered(self, now: float) -> None:
        """The answer to the last beat came."""
        self.round_trip = now - self._sent_at
        self._unanswered_since = None

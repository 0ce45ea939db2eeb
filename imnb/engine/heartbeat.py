"""When to send a heartbeat, and when the peer counts as dead. Pure.

Two clocks: beats are sent by real time, because the server counts our silence
in it; the peer is judged in active time (`imnb.engine.clock`), because we may
have been unable to hear it.
"""

import enum

from imnb.engine.pacing import Rhythm, patience

SETTLING = 1.0
"""Active seconds after a suspension in which only an answer is a sign of life:
what had arrived before is read now, and says nothing about the peer."""
UNFINISHED = 30.0
"""Active seconds for which pieces of one message count as life while a beat is
unanswered. A message that takes longer has a wrong length, and swallows the rest."""
MOSTLY = 0.8
"""Share of the interval without traffic that makes a beat tell something of it."""


class Beat(enum.Enum):
    """What to do now."""

    NOTHING = enum.auto()
    SEND = enum.auto()
    DEAD = enum.auto()


class HeartbeatMonitor:
    """Beats in the engine's rhythm, and judges one peer by its answers.

    Attributes:
        round_trip: active seconds that the last answered beat took.
    """

    def __init__(self, rhythm: Rhythm, now: float) -> None:
        self.round_trip: float | None = None
        self._rhythm = rhythm
        self._last = now
        self._sent_at = 0.0
        self._unanswered_since: float | None = None
        self._unfinished_since: float | None = None
        self._is_due = False
        self._settles_at = 0.0
        self._is_settling = False
        # Only a beat on a connection that was idle tells something about the
        # interval: other traffic keeps a NAT from forgetting as well.
        self._idle_since = now
        self._was_heard = False
        self._is_telling = False

    def __repr__(self) -> str:
        trip = "unknown" if self.round_trip is None else f"{self.round_trip:.3f} s"
        return f"<HeartbeatMonitor every {self._rhythm.interval:g} s, {trip}>"

    @property
    def is_waiting(self) -> bool:
        """A beat was sent and nothing was heard since."""
        return self._unanswered_since is not None

    def check(self, now: float, active: float) -> Beat:
        """Decide; after ``SEND`` call `sent`."""
        if self._is_settling and active >= self._settles_at:
            self._is_settling = False
        if self._was_heard:
            self._was_heard, self._idle_since = False, now
        if self._is_overdue(active):
            self.failed()
            return Beat.DEAD
        if self._is_due or now - self._last >= self._rhythm.interval:
            return Beat.SEND
        return Beat.NOTHING

    def sent(self, now: float, active: float) -> None:
        """A beat left; the oldest unanswered one keeps counting."""
        self._last, self._sent_at = now, active
        idle = now - self._idle_since
        self._is_telling = not self._is_due and idle >= MOSTLY * self._rhythm.interval
        self._is_due = False
        if self._unanswered_since is None:
            self._unanswered_since = active
        if self._unfinished_since is None:
            self._unfinished_since = active

    def heard(self, *, whole: bool = True) -> None:
        """Bytes moved: the peer lives; as pieces of a message, for `UNFINISHED`."""
        self._was_heard = True
        if not self._is_settling:
            self._unanswered_since = None
        if whole:
            self._unfinished_since = None

    def answered(self, active: float) -> None:
        """The answer to the last beat came."""
        self.round_trip = active - self._sent_at
        self._unanswered_since = self._unfinished_since = None
        self._is_settling = False
        if self._is_telling:
            self._rhythm.succeeded()

    def failed(self) -> None:
        """The connection turned out to be dead; counts if a beat showed it."""
        if self.is_waiting and self._is_telling:
            self._rhythm.failed()

    def suspended(self, active: float) -> None:
        """Nothing ran for long: whatever was not heard meanwhile is no sign.

        A beat is due at once, and its answer decides.
        """
        self._is_due = self._is_settling = True
        self._settles_at = active + SETTLING
        self._unanswered_since = self._unfinished_since = None

    def _is_overdue(self, active: float) -> bool:
        since, unfinished = self._unanswered_since, self._unfinished_since
        if since is not None and active - since >= self._patience():
            return True
        return unfinished is not None and active - unfinished >= UNFINISHED

    def _patience(self) -> float:
        return patience(self.round_trip, self._rhythm.settings)

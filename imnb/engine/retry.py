"""Whether a failed call is tried again, and when. Pure."""

import dataclasses
import enum
from collections.abc import Callable

from imnb.config import Backoff
from imnb.engine.backoff import BackoffSeries
from imnb.errors import (
    CallRefused,
    CallTimeout,
    ConfigError,
    ConnectionLost,
    NotConnected,
)

BACKOFF = Backoff()
OVERLOADED = "OVERLOADED"
"""The one status that says: not now, and nothing was done."""


class When(enum.Flag):
    """What gives a failed call another try."""

    RECONNECT = enum.auto()
    """The session is online again."""
    BACKOFF = enum.auto()
    """Some time went by."""
    NETWORK_CHANGE = enum.auto()
    """Another network, which may do better."""


@dataclasses.dataclass(frozen=True, slots=True)
class Retry:
    """A policy: a request that carries one waits in the retry queue when it failed.

    Only what passes is tried again: no connection, a lost one, no reply in time,
    an overloaded server. And only what may be carried out twice, or what was not
    carried out yet for sure.

    Attributes:
        when: any of these; while the session is not online, and coming back is
            one of them, the others wait for it.
        attempts: tries in all, the first one too.
        max_wait: seconds that a call may wait for tries, all waits together;
            those in which the loop was frozen do not count.
        backoff: between tries; ``stable_after`` has no meaning here.
    """

    when: When = When.RECONNECT | When.BACKOFF | When.NETWORK_CHANGE
    attempts: int = 3
    max_wait: float = 60.0
    backoff: Backoff = BACKOFF

    def __post_init__(self) -> None:
        if self.attempts < 1 or not self.max_wait > 0:
            raise ConfigError(
                f"{self.attempts} attempts within {self.max_wait:g} s: "
                "at least one is needed, and some time"
            )

    def allows(self, error: Exception, idempotent: bool, attempts: int) -> bool:
        """Another try after so many is within the policy."""
        if attempts >= self.attempts or not _is_passing(error):
            return False
        return idempotent or not getattr(error, "may_have_acted", True)

    def delay(self, attempts: int, random: Callable[[], float]) -> float:
        """Seconds of the back-off after so many tries."""
        series = BackoffSeries(self.backoff, random)
        series.attempt = attempts - 1
        return series.fail()


def _is_passing(error: Exception) -> bool:
    match error:
        case NotConnected() | ConnectionLost() | CallTimeout():
            return True
        case CallRefused(status=status):
            return status == OVERLOADED
        case _:
            return False

"""The states of a session and the one table of its transitions.

Everything that changes the state goes through `StateMachine.move`; nothing else
in the engine keeps a flag that says the same.
"""

import dataclasses
import enum
import logging
from collections.abc import Callable, Mapping

from imnb.config import NetworkType

log = logging.getLogger(__name__)


class State(enum.StrEnum):
    """Where a session is between nothing and being up to date."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    HANDSHAKING = "handshaking"
    AUTHENTICATING = "authenticating"
    SYNCING = "syncing"
    ONLINE = "online"
    WAITING = "waiting"
    """For the next try, at a known time."""
    KICKED = "kicked"
    CLOSED = "closed"
    """For good, or until `Engine.start` is called again after a refusal."""


_ENDS = frozenset({State.KICKED, State.CLOSED})
_FAILURES = _ENDS | {State.WAITING}

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.OFFLINE: frozenset({State.CONNECTING, State.CLOSED}),
    State.CONNECTING: _FAILURES | {State.HANDSHAKING},
    # Back to connecting: the next address is tried.
    State.HANDSHAKING: _FAILURES | {State.AUTHENTICATING, State.CONNECTING},
    State.AUTHENTICATING: _FAILURES | {State.SYNCING},
    State.SYNCING: _FAILURES | {State.ONLINE},
    State.ONLINE: _FAILURES,
    State.WAITING: _ENDS | {State.CONNECTING},
    State.KICKED: frozenset({State.CONNECTING, State.CLOSED}),
    State.CLOSED: frozenset({State.CONNECTING}),
}


@dataclasses.dataclass(frozen=True, slots=True)
class StateChange:
    """One move of the session.

    Attributes:
        reason: for people, why it moved; empty when it is as planned.
        address: the server's, while there is one.
        attempt: failed tries in a row before this one.
        retry_at: the loop's time of the next try, while waiting.
        network_type: of this machine's way to the outside.
    """

    state: State
    previous: State
    reason: str = ""
    address: str = ""
    attempt: int = 0
    retry_at: float | None = None
    network_type: NetworkType = NetworkType.UNKNOWN


Watcher = Callable[[StateChange], None]
ReportError = Callable[[str, BaseException], None]


class StateMachine:
    """Holds the state, refuses moves that the table does not have.

    Attributes:
        last: the last move.
        network_type: told with each move; kept by `ReachabilityWatch`.
    """

    def __init__(self, report: ReportError) -> None:
        self.last = StateChange(State.OFFLINE, State.OFFLINE)
        self.network_type = NetworkType.UNKNOWN
        self._report = report
        self._watchers: dict[object, Watcher] = {}

    def __repr__(self) -> str:
        return f"<StateMachine {self.state}>"

    @property
    def state(self) -> State:
        """Where the session is now."""
        return self.last.state

    def move(
        self,
        state: State,
        reason: str = "",
        *,
        address: str = "",
        attempt: int | None = None,
        retry_at: float | None = None,
    ) -> None:
        """Enter ``state`` and tell the watchers; without ``attempt`` it stays.

        Raises:
            RuntimeError: the table has no such move; a bug of the caller.
        """
        previous = self.state
        if state not in TRANSITIONS[previous]:
            raise RuntimeError(f"no transition from {previous} to {state}")
        change = StateChange(
            state,
            previous,
            reason,
            address,
            self.last.attempt if attempt is None else attempt,
            retry_at,
            self.network_type,
        )
        self.last = change
        log.info("%s -> %s %s %s", previous, state, address, reason)
        for watcher in list(self._watchers.values()):
            self._tell(watcher, change)

    def subscribe(self, watcher: Watcher) -> Callable[[], None]:
        """Call ``watcher`` at each move; the returned function ends that."""
        key = object()
        self._watchers[key] = watcher

        def unsubscribe() -> None:
            self._watchers.pop(key, None)

        return unsubscribe

    def _tell(self, watcher: Watcher, change: StateChange) -> None:
        try:
            watcher(change)
        except Exception as error:
            self._report("state watcher", error)

"""What a change of this machine's network means for the session.

A connection whose own address is gone will never hear of it from the network,
and one that waits for its next try need not wait when there is another way to
the outside, or when the machine has slept: what was wrong before is long ago.
Everything else is left to the heartbeat.
"""

import asyncio
from typing import TYPE_CHECKING, Protocol

from imnb.engine.clock import SUSPENSION, elapsed_time
from imnb.engine.pacing import Rhythm
from imnb.engine.states import ReportError, State, StateChange, StateMachine
from imnb.errors import ConnectionLost
from imnb.net.reachability import NetworkView, Probe, host_of, leaves_machine

if TYPE_CHECKING:
    from collections.abc import Callable

POLL = 2.0
"""Seconds between two looks; one costs a tenth of a millisecond."""
LOCAL = "this machine"
"""The label of connections that do not leave it."""


class Connection(Protocol):
    """A link, as far as this module is concerned."""

    error: Exception | None

    @property
    def local_address(self) -> str:
        """This side's, as ``host:port``."""

    def end(self, error: Exception) -> None:
        """It is over."""


class Session(Protocol):
    """Whom a change concerns."""

    @property
    def link(self) -> Connection | None:
        """The last connection; it may be over."""

    def network_changed(self) -> None:
        """There is another way to the outside, or may be one after a sleep."""


class ReachabilityWatch:
    """Looks every `POLL` seconds while there is a session.

    Attributes:
        view: the network as last seen.
        on_change: told when there is another way to the outside, after the session.
    """

    def __init__(
        self,
        states: StateMachine,
        rhythm: Rhythm,
        probe: Probe,
        report: ReportError,
    ) -> None:
        self.view: NetworkView | None = None
        self.on_change: Callable[[], None] = lambda: None
        self._states = states
        self._rhythm = rhythm
        self._probe = probe
        self._report = report
        self._has_failed = False
        self._session: Session | None = None
        self._ahead = 0.0
        self._timer: asyncio.TimerHandle | None = None
        states.subscribe(self._session_changed)

    def __repr__(self) -> str:
        where = self.view.label if self.view else "not seen yet"
        return f"<ReachabilityWatch {where!r}>"

    def start(self, session: Session) -> None:
        """Look now and from now on, until the session ends for good."""
        self._stop()
        self._session, self.view = session, None
        self._has_slept()
        self._look()

    def _session_changed(self, change: StateChange) -> None:
        if change.state in {State.KICKED, State.CLOSED}:
            self._stop()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = self._session = None

    def _look(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(POLL, self._look)
        view, has_slept = self._see(), self._has_slept()
        if self._session is None:
            return
        if has_slept:
            self._session.network_changed()
        if view is None:
            return
        before, self.view = self.view, view
        self._states.network_type = view.network_type
        self._judge(self._session.link, view, before or view)
        if before is not None and view.is_elsewhere(before):
            self._session.network_changed()
            self.on_change()

    def _has_slept(self) -> bool:
        """The machine, since it was asked last: the loop's clock did not run then."""
        ahead = elapsed_time() - asyncio.get_running_loop().time()
        slept, self._ahead = ahead - self._ahead, ahead
        return slept > SUSPENSION

    def _see(self) -> NetworkView | None:
        try:
            return self._probe()
        except Exception as error:
            if not self._has_failed:
                self._has_failed = True
                self._report("looking at the network", error)
            return None

    def _judge(
        self, link: Connection | None, view: NetworkView, before: NetworkView
    ) -> None:
        if link is None or link.error is not None:
            self._rhythm.enter(view.label, view.network_type)
            return
        address = host_of(link.local_address)
        if leaves_machine(address):
            self._rhythm.enter(view.label, view.network_type)
        else:
            self._rhythm.enter(LOCAL)
        # Only one that was there is gone: some systems do not list them all.
        if before.has(address) and not view.has(address):
            link.end(ConnectionLost(f"this machine lost its address {address}"))

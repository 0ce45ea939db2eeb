"""Whether we are connected, in words."""

from collections.abc import Callable, Mapping
from typing import Protocol

import traitlets

from imnb.engine.states import State, StateChange
from imnb.tasks.stalls import Stall, Stalls
from imnb.viewmodels.commands import CommandRunner, ViewModel

LABELS: dict[State, tuple[str, str]] = {
    State.OFFLINE: ("Offline", "bad"),
    State.CONNECTING: ("Connecting…", "busy"),
    State.HANDSHAKING: ("Connecting…", "busy"),
    State.AUTHENTICATING: ("Logging in…", "busy"),
    State.SYNCING: ("Catching up…", "busy"),
    State.ONLINE: ("Online", "good"),
    State.WAITING: ("Connection lost", "bad"),
    State.KICKED: ("Ended by the server", "bad"),
    State.CLOSED: ("Logged out", "bad"),
}

BLOCKED_SHOWN = 60.0
"""Seconds for which the line tells of a kernel that had been blocked."""


class Receiving(Protocol):
    """What is asked of what hands pushes on."""

    @property
    def unwanted(self) -> int:
        """Pushes that came for nobody."""

    @property
    def unclaimed(self) -> Mapping[str, int]:
        """Those of them whose type is known, by name."""

    def on_unwanted(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Hear of more of them."""


class Retrying(Protocol):
    """What is asked of an engine."""

    @property
    def change(self) -> StateChange:
        """How it got into its state."""

    @property
    def stalls(self) -> Stalls:
        """Times in which its loop was blocked."""

    @property
    def notifications(self) -> Receiving:
        """Who wants which push."""

    def reconnect_now(self) -> None:
        """Do not wait for the next try."""


class Connected(Protocol):
    """What is asked of a client."""

    @property
    def engine(self) -> Retrying:
        """Keeps the connection."""

    @property
    def behind(self) -> int:
        """Events that are on the server and not here."""

    def on_state(self, watcher: Callable[[StateChange], None]) -> Callable[[], None]:
        """Hear of changes."""


class ConnectionViewModel(ViewModel):
    """The status line.

    Attributes:
        label: the state in words.
        tone: ``"good"``, ``"busy"`` or ``"bad"``.
        detail: why, when it is not as it should be.
        retry_at: the loop's time of the next try; None when none is due.
        behind: events that are on the server and not here.
        unwanted: pushes that came and nobody had registered for.
        blocked: the last time in which a cell blocked the kernel.
        name: who is logged in.
    """

    label = traitlets.Unicode("")
    tone = traitlets.Unicode("bad")
    detail = traitlets.Unicode("")
    retry_at = traitlets.Float(None, allow_none=True)
    behind = traitlets.Int(0)
    unwanted = traitlets.Int(0)
    blocked = traitlets.Instance(Stall, allow_none=True)
    name = traitlets.Unicode("")

    def __init__(
        self,
        client: Connected,
        name: str,
        runner: CommandRunner,
        time: Callable[[], float],
    ) -> None:
        super().__init__()
        self.name = name
        self._client = client
        self._runner = runner
        self._time = time
        self._stalls: Stalls | None = None
        self._unfollow: list[Callable[[], None]] = []
        self._unsubscribe = client.on_state(self._show)
        self._show(client.engine.change)

    @property
    def retry_in(self) -> float:
        """Seconds from now to the next try; negative when none is due."""
        return -1.0 if self.retry_at is None else max(0.0, self.retry_at - self._time())

    @property
    def blocked_text(self) -> str:
        """How long the kernel was blocked, in words."""
        if self.blocked is None:
            return ""
        seconds = self.blocked.seconds
        if seconds < 120:
            return f"the kernel was blocked for {seconds:.0f} s"
        return f"the kernel was blocked for {seconds / 60:.0f} min"

    @property
    def blocked_left(self) -> float:
        """Seconds from now for which that is worth showing."""
        if self.blocked is None:
            return 0.0
        return max(0.0, self.blocked.ended_at + BLOCKED_SHOWN - self._time())

    @property
    def unwanted_text(self) -> str:
        """How many pushes nobody had registered for, in words."""
        if not self.unwanted:
            return ""
        return f"{self.unwanted} push{'' if self.unwanted == 1 else 'es'} for nobody"

    @property
    def unwanted_names(self) -> str:
        """Of which types they were, in words."""
        known = self._client.engine.notifications.unclaimed
        names = [f"{count} {name}" for name, count in known.items()]
        unknown = self.unwanted - sum(known.values())
        return ", ".join([*names, f"{unknown} unknown"] if unknown > 0 else names)

    def refresh(self) -> None:
        """Look again how much there is to catch up; something came."""
        self.behind = self._client.behind
        self.unwanted = self._client.engine.notifications.unwanted

    def reconnect(self) -> None:
        """Try at once."""
        self._runner.post(self._client.engine.reconnect_now)

    def close(self) -> None:
        """See `ViewModel.close`."""
        self._unsubscribe()
        self._leave()
        super().close()

    def _follow(self, engine: Retrying) -> None:
        """Of another environment there is another engine."""
        stalls = engine.stalls
        if stalls is not self._stalls:
            self._leave()
            self._stalls, self.blocked = stalls, stalls.last
            self._unfollow = [
                stalls.subscribe(self._set_blocked),
                engine.notifications.on_unwanted(self.refresh),
            ]

    def _leave(self) -> None:
        for unfollow in self._unfollow:
            unfollow()
        self._unfollow = []

    def _set_blocked(self, stall: Stall) -> None:
        self.blocked = stall

    def _show(self, change: StateChange) -> None:
        self._follow(self._client.engine)
        with self.hold_trait_notifications():
            self.label, self.tone = LABELS[change.state]
            self.detail = change.reason if self.tone == "bad" else ""
            self.retry_at = change.retry_at
            self.refresh()

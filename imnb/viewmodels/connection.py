"""Whether we are connected, in words."""

from collections.abc import Callable
from typing import Protocol

import traitlets

from imnb.engine.states import State, StateChange
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


class Retrying(Protocol):
    """What is asked of an engine."""

    @property
    def change(self) -> StateChange:
        """How it got into its state."""

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
        name: who is logged in.
    """

    label = traitlets.Unicode("")
    tone = traitlets.Unicode("bad")
    detail = traitlets.Unicode("")
    retry_at = traitlets.Float(None, allow_none=True)
    behind = traitlets.Int(0)
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
        self._unsubscribe = client.on_state(self._show)
        self._show(client.engine.change)

    @property
    def retry_in(self) -> float:
        """Seconds from now to the next try; negative when none is due."""
        return -1.0 if self.retry_at is None else max(0.0, self.retry_at - self._time())

    def refresh(self) -> None:
        """Look again how much there is to catch up; something came."""
        self.behind = self._client.behind

    def reconnect(self) -> None:
        """Try at once."""
        self._runner.post(self._client.engine.reconnect_now)

    def close(self) -> None:
        """See `ViewModel.close`."""
        self._unsubscribe()
        super().close()

    def _show(self, change: StateChange) -> None:
        with self.hold_trait_notifications():
            self.label, self.tone = LABELS[change.state]
            self.detail = change.reason if self.tone == "bad" else ""
            self.retry_at = change.retry_at
            self.refresh()

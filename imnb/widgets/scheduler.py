"""When a view is drawn: at most so often, one frame under way, none unseen.

Pure but for the timer that is passed in. A frame is what one custom message
brings to the browser, which answers with its number. No answer for
`HIDDEN_AFTER` seconds means that nobody sees the view; it gets everything anew
with its next ``ready`` message.
"""

from collections.abc import Callable
from typing import Protocol

INTERVAL = 1 / 15
"""Seconds between two frames: above 10 a second nobody sees the difference."""
HIDDEN_AFTER = 5.0


class Timer(Protocol):
    """A call that was put off."""

    def cancel(self) -> None:
        """It will not happen."""


CallLater = Callable[[float, Callable[[], None]], Timer]


class FrameScheduler:
    """Decides when `draw` is called; ``draw(number, anew)`` sends a frame.

    Attributes:
        number: of the newest frame.
    """

    def __init__(
        self,
        draw: Callable[[int, bool], None],
        call_later: CallLater,
        time: Callable[[], float],
    ) -> None:
        self.number = 0
        self._draw = draw
        self._call_later = call_later
        self._time = time
        self._timer: Timer | None = None
        self._is_visible = False
        self._is_dirty = False
        self._needs_all = True
        self._unanswered_since: float | None = None
        self._drawn_at = -INTERVAL

    def __repr__(self) -> str:
        state = "visible" if self._is_visible else "hidden"
        return f"<FrameScheduler {state}, frame {self.number}>"

    def ready(self) -> None:
        """A view appeared in a browser: draw everything."""
        self._is_visible = True
        self._needs_all = True
        self._unanswered_since = None
        self._cancel()
        self.invalidate()

    def invalidate(self) -> None:
        """What is shown is out of date."""
        self._is_dirty = True
        self._plan()

    def acknowledge(self, number: int) -> None:
        """The browser has drawn a frame."""
        if number >= self.number:
            self._unanswered_since = None
            self._cancel()
            self._plan()

    def close(self) -> None:
        """Draw no more."""
        self._is_visible = False
        self._cancel()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _plan(self) -> None:
        if not self._is_visible or not self._is_dirty or self._timer is not None:
            return
        now = self._time()
        if self._unanswered_since is None:
            wait = max(0.0, self._drawn_at + INTERVAL - now)
        else:
            wait = max(0.0, self._unanswered_since + HIDDEN_AFTER - now)
        self._timer = self._call_later(wait, self._due)

    def _due(self) -> None:
        self._timer = None
        now = self._time()
        if self._unanswered_since is not None:
            if now - self._unanswered_since >= HIDDEN_AFTER:
                self._is_visible = False
            self._plan()
            return
        self._is_dirty = False
        anew, self._needs_all = self._needs_all, False
        self.number += 1
        self._drawn_at = now
        self._unanswered_since = now
        self._draw(self.number, anew)

"""When a view is drawn: at most so often, one frame under way, none unseen.

Pure but for the timer that is passed in. A frame is what one custom message
brings to the browser, which answers with its number. No answer for
`HIDDEN_AFTER` seconds means that nobody sees the view; it gets everything anew
with its next ``ready`` message. Because the frame may have been lost instead
(Jupyter drops messages when a cell floods), the browser is asked to say
``ready`` if it is there, less and less often.
"""

import asyncio
import weakref
from collections.abc import Callable
from typing import Protocol

INTERVAL = 1 / 15
"""Seconds between two frames: above 10 a second nobody sees the difference."""
HIDDEN_AFTER = 5.0
LATE = 1.0
"""A timer this late says that the loop stood still: answers could not come in."""
MAX_WAKE = 60.0
"""Seconds between two questions whether a hidden view is there after all."""
KERNEL_RATE = 200.0
"""Frames per second of all views together; Jupyter drops above 1000 messages."""


class Timer(Protocol):
    """A call that was put off."""

    def cancel(self) -> None:
        """It will not happen."""


CallLater = Callable[[float, Callable[[], None]], Timer]


class Budget:
    """What all views of a kernel may send together: evenly spaced turns."""

    def __init__(self, rate: float = KERNEL_RATE) -> None:
        self._spacing = 1 / rate
        self._next = float("-inf")

    def __repr__(self) -> str:
        return f"<Budget of {1 / self._spacing:.0f} frames/s>"

    @staticmethod
    def of(loop: asyncio.AbstractEventLoop) -> "Budget":
        """The one budget of all views on a loop."""
        return _budgets.setdefault(loop, Budget())

    def reserve(self, now: float) -> float:
        """Take the next turn; returns the seconds until then."""
        turn = max(now, self._next)
        self._next = turn + self._spacing
        return turn - now


_budgets: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Budget] = (
    weakref.WeakKeyDictionary()
)


class FrameScheduler:
    """Decides when to draw.

    Attributes:
        number: of the newest frame.
    """

    def __init__(
        self,
        draw: Callable[[int, bool], None],
        wake: Callable[[], None],
        call_later: CallLater,
        time: Callable[[], float],
        budget: Budget,
    ) -> None:
        """``draw(number, anew)`` sends a frame; ``wake()`` asks for ``ready``."""
        self.number = 0
        self._draw = draw
        self._wake = wake
        self._call_later = call_later
        self._time = time
        self._budget = budget
        self._timer: Timer | None = None
        self._is_closed = False
        self._is_visible = False
        self._is_dirty = False
        self._needs_all = True
        self._unanswered_since: float | None = None
        self._drawn_at = -INTERVAL
        self._wake_after = HIDDEN_AFTER

    def __repr__(self) -> str:
        state = "visible" if self._is_visible else "hidden"
        return f"<FrameScheduler {state}, frame {self.number}>"

    def ready(self) -> None:
        """A view appeared in a browser: draw everything."""
        self._needs_all = True
        self._is_dirty = True
        self._answered()

    def invalidate(self) -> None:
        """What is shown is out of date."""
        self._is_dirty = True
        self._plan()

    def acknowledge(self, number: int) -> None:
        """The browser has drawn a frame; also one that nobody hoped for any more."""
        if number == self.number:
            self._answered()

    def close(self) -> None:
        """Draw no more."""
        self._is_closed = True
        self._is_visible = False
        self._cancel()

    def _answered(self) -> None:
        self._is_visible = not self._is_closed
        self._unanswered_since = None
        self._wake_after = HIDDEN_AFTER
        self._cancel()
        self._plan()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _plan(self) -> None:
        if self._timer is not None or self._is_closed:
            return
        if self._unanswered_since is not None:
            self._at(self._unanswered_since + HIDDEN_AFTER, self._unanswered)
        elif self._is_dirty and self._is_visible:
            self._at(self._drawn_at + INTERVAL, self._due)
        elif self._is_dirty and self.number:  # it was seen once
            self._at(self._time() + self._wake_after, self._ask)

    def _at(self, when: float, then: Callable[[], None]) -> None:
        def happen() -> None:
            self._timer = None
            then()

        self._timer = self._call_later(max(0.0, when - self._time()), happen)

    def _due(self) -> None:
        wait = self._budget.reserve(self._time())
        if wait > 0:
            self._at(self._time() + wait, self._send)
        else:
            self._send()

    def _send(self) -> None:
        self._is_dirty = False
        anew, self._needs_all = self._needs_all, False
        self.number += 1
        self._drawn_at = self._unanswered_since = self._time()
        self._plan()
        self._draw(self.number, anew)

    def _unanswered(self) -> None:
        assert self._unanswered_since is not None
        late = self._time() - self._unanswered_since - HIDDEN_AFTER
        if late > LATE:
            self._unanswered_since = self._time()
            self._plan()
            return
        self._is_visible = False
        self._unanswered_since = None
        self._is_dirty = True  # the browser may not have what was sent last
        self._ask()

    def _ask(self) -> None:
        self._wake_after = min(MAX_WAKE, 2 * self._wake_after)
        self._wake()
        self._plan()

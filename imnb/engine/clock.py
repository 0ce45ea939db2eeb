"""A clock that stands still while nothing could have been received.

A synchronous cell freezes the loop, and a full store pauses reading. Time-outs
and the judgement that a peer is dead are counted in this clock's time, so that
neither is blamed on the server. Pure: the real time is passed in.
"""

import sys
import time

TICK = 0.1
"""Seconds between looks at deadlines and at the peer; time-outs are that exact."""
LONGEST_STEP = 2 * TICK
"""More real time than this between two ticks was a frozen loop."""
SUSPENSION = 2.0
"""Seconds without a tick after which the peer may have given us up."""


class ActiveClock:
    """Seconds during which the loop ran and reading was open."""

    def __init__(self, now: float) -> None:
        self._seen = now
        self._active = 0.0
        self._is_stopped = False

    def __repr__(self) -> str:
        state = "stopped" if self._is_stopped else "running"
        return f"<ActiveClock {self._active:.1f} s, {state}>"

    def at(self, now: float) -> float:
        """This clock's time at the real time ``now``."""
        if self._is_stopped:
            return self._active
        return self._active + min(max(now - self._seen, 0.0), LONGEST_STEP)

    def tick(self, now: float) -> float:
        """Take notice of ``now``; call it every `TICK` seconds."""
        self._active = self.at(now)
        self._seen = now
        return self._active

    def stop(self, now: float) -> None:
        """Reading pauses."""
        self.tick(now)
        self._is_stopped = True

    def go(self, now: float) -> None:
        """Reading goes on."""
        self.tick(now)
        self._is_stopped = False


class SuspensionMeter:
    """Tells a loop that was blocked, or a machine that slept, by two clocks.

    The loop's clock stands still while a laptop sleeps; the other one does not.
    """

    def __init__(self, now: float, elapsed: float) -> None:
        self._now = now
        self._elapsed = elapsed

    def __repr__(self) -> str:
        return f"<SuspensionMeter at {self._now:.1f} s>"

    def tick(self, now: float, elapsed: float) -> float:
        """Seconds since the last tick, by the clock that counted more."""
        passed = max(now - self._now, elapsed - self._elapsed, 0.0)
        self._now, self._elapsed = now, elapsed
        return passed


def elapsed_time() -> float:
    """Seconds, also of those in which the machine slept, where that can be told."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":  # unlike `time.monotonic` it goes on there
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()

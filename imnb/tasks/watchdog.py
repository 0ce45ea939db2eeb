"""A thread beside the event loops that acts for one that stands still.

A synchronous cell freezes the kernel's loop. What must be done in time all the
same, such as a sign of life for a server, is done by this thread: one for all
loops of the process, there while something is watched. A cell whose C call
holds the interpreter's lock throughout freezes the thread too.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable

from imnb.tasks.stalls import STALL, Stalls

log = logging.getLogger(__name__)

STAMPS = 4
"""Signs of life of a loop within the time after which it counts as blocked."""


class LoopWatch:
    """Watches one loop; made, started and stopped on it.

    Args:
        act: called by the thread every `patience` seconds while the loop is
            blocked; often, for a cell that now and then holds the interpreter's
            lock makes it late.
        interval: seconds between two such actions of the loop itself; asked on it.
        stalls: told of each turn.
    """

    def __init__(
        self,
        act: Callable[[], None],
        interval: Callable[[], float],
        stalls: Stalls,
        *,
        watchdog: "Watchdog | None" = None,
    ) -> None:
        self._act = act
        self._interval = interval
        self._stalls = stalls
        self._watchdog = watchdog or WATCHDOG
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._patience = STALL
        self._stamp = self._acted = 0.0

    def __repr__(self) -> str:
        state = "off" if self._timer is None else "on"
        return f"<LoopWatch {state}, after {self.patience:g} s>"

    @property
    def patience(self) -> float:
        """Seconds without a turn after which the thread acts."""
        return self._patience

    @property
    def is_over(self) -> bool:
        """The loop has ended, and nobody said so."""
        return self._loop is not None and self._loop.is_closed()

    def start(self) -> None:
        """Begin, unless it has begun already."""
        if self._timer is None:
            self._loop = asyncio.get_running_loop()
            self._tick()
            self._watchdog.add(self)

    def renew(self) -> None:
        """The interval has changed: ask now, the loop may be blocked next."""
        if self._timer is not None:
            self._timer.cancel()
            self._tick()

    def stop(self) -> None:
        """Afterwards the thread does nothing for this loop; safe to call twice."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._watchdog.remove(self)
            self._stalls.pause()

    def look(self, now: float) -> None:
        """On the thread: act if it is time."""
        if now - max(self._stamp, self._acted) < self.patience:
            return
        self._acted = now
        try:
            self._act()
        except Exception:
            log.exception("acting for a blocked loop failed")

    def _tick(self) -> None:
        assert self._loop is not None
        self._patience = min(STALL, self._interval() / 2)
        self._timer = self._loop.call_later(self.patience / STAMPS, self._tick)
        self._stamp = self._watchdog.clock()
        self._stalls.tick(self._loop.time())


class Watchdog:
    """Owns the thread.

    Args:
        clock: seconds, not those of a loop: in tests they may be virtual.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._changed = threading.Condition()
        self._watches: set[LoopWatch] = set()
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        return f"<Watchdog of {len(self._watches)} loops>"

    def add(self, watch: LoopWatch) -> None:
        """Watch this one too; the first one starts the thread."""
        with self._changed:
            self._watches.add(watch)
            if self._thread is None or not self._thread.is_alive():  # after a fork
                self._thread = threading.Thread(
                    target=self._main, name="imnb watchdog", daemon=True
                )
                self._thread.start()
            self._changed.notify_all()

    def remove(self, watch: LoopWatch) -> None:
        """Return when nothing is done for it any more; the last one ends the thread."""
        with self._changed:
            self._watches.discard(watch)
            if self._watches or self._thread is None:
                return
            thread, self._thread = self._thread, None
            self._changed.notify_all()
        thread.join()

    def _main(self) -> None:
        with self._changed:
            while self._thread is threading.current_thread():
                self._watches -= {watch for watch in self._watches if watch.is_over}
                now = self.clock()
                for watch in self._watches:
                    watch.look(now)
                pauses = [watch.patience for watch in self._watches]
                self._changed.wait(min(pauses, default=STALL) / STAMPS)


WATCHDOG = Watchdog()
"""The one of this process."""

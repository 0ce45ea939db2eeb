"""Failed calls that wait for another try.

It is in memory only. Bound: ``limit`` calls; one more is not tried again. Those
whose time has come go on in the order of priority, then of arrival. One timer
looks after all of them, and there is none while nobody waits.
"""

import asyncio
import dataclasses
import itertools
import math

from imnb.engine.clock import TICK, ActiveClock
from imnb.engine.retry import Retry, When

TOO_LONG = "it has waited for its tries for {seconds:g} s"
FULL = "{count} calls wait for another try, that is the limit"


@dataclasses.dataclass(slots=True, eq=False)
class _Waiting:
    """A call; the times are those of the queue's clock."""

    name: str
    policy: Retry
    due: float
    end: float
    released: asyncio.Future[str]
    """Empty to go on, else why there is no other try."""


class RetryQueue:
    """Holds calls back until their policy gives them another try."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._is_online = False
        self._end: Exception | None = None
        self._numbers = itertools.count()
        self._waiting: dict[tuple[int, int], _Waiting] = {}
        self._clock = ActiveClock(0.0)
        self._timer: asyncio.TimerHandle | None = None

    def __repr__(self) -> str:
        return f"<RetryQueue: {len(self)} of {self._limit} wait>"

    def __len__(self) -> int:
        return len(self._waiting)

    async def wait(
        self, name: str, policy: Retry, delay: float, priority: int, waited: float
    ) -> tuple[str, float]:
        """Return when it is time for another try, or when there will be none.

        Args:
            name: of the method.
            policy: the request's.
            delay: seconds of the back-off.
            priority: the request's.
            waited: seconds of earlier waits of this call.

        Returns:
            why there is no other try (empty: there is one), and the seconds
            waited in all.

        Raises:
            ImnbError: what `fail_all` was given.
        """
        if self._end is not None:
            raise _own(self._end, name)
        if len(self) >= self._limit:
            return FULL.format(count=len(self)), waited
        now = self._now()
        due = now + delay if When.BACKOFF in policy.when else math.inf
        end = now + policy.max_wait - waited
        released = asyncio.get_running_loop().create_future()
        key = (-priority, next(self._numbers))
        self._waiting[key] = _Waiting(name, policy, due, end, released)
        self._start_timer()
        try:
            why = await released
            return why, waited + self._clock.at(_time()) - now
        finally:
            del self._waiting[key]
            self._stop_timer()

    def online(self) -> None:
        """The session is up: those who waited for that go on."""
        self._is_online = True
        self._end = None
        self._release(When.RECONNECT)

    def offline(self) -> None:
        """The session is down, and may come back."""
        self._is_online = False
        self._end = None

    def network_changed(self) -> None:
        """Those who hope for another network go on."""
        self._release(When.NETWORK_CHANGE)

    def fail_all(self, error: Exception) -> None:
        """Nobody gets another try until there is a session again.

        Each gets an error of its own, with the type and the words of ``error``.
        """
        self._is_online = False
        self._end = error
        for one in self._in_order():
            one.released.set_exception(_own(error, one.name))

    def _release(self, reason: When) -> None:
        for one in self._in_order():
            if self._may_go(one, reason):
                one.released.set_result("")

    def _may_go(self, one: _Waiting, reason: When) -> bool:
        when = one.policy.when
        return reason in when and (self._is_online or When.RECONNECT not in when)

    def _in_order(self) -> list[_Waiting]:
        waiting = [self._waiting[key] for key in sorted(self._waiting)]
        return [one for one in waiting if not one.released.done()]

    def _now(self) -> float:
        if not self._waiting:
            self._clock = ActiveClock(_time())
        return self._clock.at(_time())

    def _start_timer(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(TICK, self._tick)

    def _stop_timer(self) -> None:
        if self._timer is not None and not self._waiting:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        self._timer = None
        self._start_timer()
        now = self._clock.tick(_time())
        for one in self._in_order():
            if now >= one.due and self._may_go(one, When.BACKOFF):
                one.released.set_result("")
            elif now >= one.end:
                seconds = one.policy.max_wait
                one.released.set_result(TOO_LONG.format(seconds=seconds))


def _own(error: Exception, name: str) -> Exception:
    return type(error)(f"{name}: {error}, there will be no other try")


def _time() -> float:
    return asyncio.get_running_loop().time()

"""The life of one call: what state it is in, who may change it before it leaves."""

import asyncio
import contextlib
import enum
import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Generic, TypeVar

from imnb.errors import CallTimeout

R = TypeVar("R")


class CallState(enum.StrEnum):
    """Where a call is."""

    CREATED = "created"
    QUEUED = "queued"
    """Waits until the connection takes more."""
    SENDING = "sending"
    WAITING = "waiting"
    """For the reply."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed out"


FINAL = frozenset(
    {CallState.DONE, CallState.FAILED, CallState.CANCELLED, CallState.TIMED_OUT}
)
_UNHAPPY = FINAL - {CallState.DONE}
TRANSITIONS: Mapping[CallState, frozenset[CallState]] = {
    CallState.CREATED: _UNHAPPY | {CallState.QUEUED},
    CallState.QUEUED: _UNHAPPY | {CallState.SENDING},
    CallState.SENDING: _UNHAPPY | {CallState.WAITING},
    CallState.WAITING: FINAL,
} | dict.fromkeys(FINAL, frozenset())


class Call(Generic[R]):
    """One request on its way.

    Attributes:
        request: an interceptor may put another one here before it is sent.
        times: the loop's time at which each state was entered.
        error: why it failed.
    """

    def __init__(self, request: R, life: "CallLife[R]") -> None:
        self.request = request
        self.state = CallState.CREATED
        self.error: BaseException | None = None
        self._life = life
        now = asyncio.get_running_loop().time()
        self.times: dict[CallState, float] = {CallState.CREATED: now}
        life.tell(self)

    def __repr__(self) -> str:
        return f"<Call {self.request!r} {self.state}>"

    def move(self, state: CallState) -> None:
        """Enter the next state.

        Raises:
            RuntimeError: the table has no such move; a bug of the caller.
        """
        if state not in TRANSITIONS[self.state]:
            raise RuntimeError(f"a call does not go from {self.state} to {state}")
        self.state = state
        self.times[state] = asyncio.get_running_loop().time()
        self._life.tell(self)

    def finish(self, error: BaseException | None = None) -> None:
        """Enter the final state that fits; the first one counts."""
        if self.state in FINAL:
            return
        self.error = error
        self.move(_final_state(error))

    @contextlib.contextmanager
    def outcome(self) -> Iterator[None]:
        """Finish with what the body of the ``with`` raises."""
        try:
            yield
        except BaseException as error:
            self.finish(error)
            raise


def _final_state(error: BaseException | None) -> CallState:
    match error:
        case None:
            return CallState.DONE
        case CallTimeout() | TimeoutError():
            return CallState.TIMED_OUT
        case asyncio.CancelledError() | GeneratorExit():
            return CallState.CANCELLED
        case _:
            return CallState.FAILED


Interceptor = Callable[[Call[R]], Awaitable[None] | None]
"""Sees a call after it was made and before it is sent; may replace its request,
or raise, which fails the call."""
Watcher = Callable[[Call[R]], None]
ReportError = Callable[[str, BaseException], None]


class CallLife(Generic[R]):
    """Who takes part in the calls of one channel."""

    def __init__(self, report: ReportError) -> None:
        self._report = report
        self._interceptors: dict[object, Interceptor[R]] = {}
        self._watchers: dict[object, Watcher[R]] = {}

    def intercept(self, interceptor: Interceptor[R]) -> Callable[[], None]:
        """Add an interceptor, called in the order added; the result removes it."""
        return _add(self._interceptors, interceptor)

    def watch(self, watcher: Watcher[R]) -> Callable[[], None]:
        """Call ``watcher`` at each change of state; the result ends that."""
        return _add(self._watchers, watcher)

    async def prepare(self, call: Call[R]) -> None:
        """Let the interceptors have the call."""
        for interceptor in list(self._interceptors.values()):
            waiting = interceptor(call)
            if inspect.isawaitable(waiting):
                await waiting

    def tell(self, call: Call[R]) -> None:
        """The call changed its state."""
        for watcher in list(self._watchers.values()):
            try:
                watcher(call)
            except Exception as error:
                self._report("call watcher", error)


T = TypeVar("T")


def _add(members: dict[object, T], member: T) -> Callable[[], None]:
    key = object()
    members[key] = member

    def remove() -> None:
        members.pop(key, None)

    return remove

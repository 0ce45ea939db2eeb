"""The life of one call: what state it is in, who may change it before it leaves."""

import asyncio
import contextlib
import enum
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Generic, TypeVar

from imnb.engine.interceptors import Before, Interceptor, settled
from imnb.errors import CallTimeout, ImnbError

R = TypeVar("R")
A = TypeVar("A")
E = TypeVar("E", bound=ImnbError)


class CallState(enum.StrEnum):
    """Where a call is."""

    CREATED = "created"
    QUEUED = "queued"
    """Waits for its lane, for room on the connection, or for another try."""
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
    # Back to queued: it is tried again.
    CallState.SENDING: _UNHAPPY | {CallState.WAITING, CallState.QUEUED},
    CallState.WAITING: FINAL | {CallState.QUEUED},
} | dict.fromkeys(FINAL, frozenset())


class Call(Generic[R]):
    """One request on its way.

    Attributes:
        request: an interceptor may put another one here before it is sent.
        times: the loop's time at which each state was entered, the last time.
        replied_at: the loop's time of the first reply.
        ask_id: of the last try; 0 before it is sent, and over HTTP.
        attempts: how often it was tried.
        sent_bytes: of the last try's body.
        received_bytes: of the reply's body, or of all replies together.
        may_have_acted: the server may have carried it out in some try.
        error: why it failed.
    """

    def __init__(self, request: R, life: "CallLife[R]") -> None:
        self.request = request
        self.state = CallState.CREATED
        self.error: BaseException | None = None
        self.replied_at: float | None = None
        self.ask_id = 0
        self.attempts = 1
        self.sent_bytes = 0
        self.received_bytes = 0
        self.may_have_acted = False
        self._life = life
        self._now = asyncio.get_running_loop().time
        self.times: dict[CallState, float] = {CallState.CREATED: self._now()}
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
        self.times[state] = self._now()
        self._life.tell(self)

    def replied(self, size: int) -> None:
        """A reply of ``size`` bytes is there."""
        self.received_bytes += size
        if self.replied_at is None:
            self.replied_at = self._now()

    def requeue(self) -> None:
        """It failed, and waits for another try."""
        if self.state is not CallState.QUEUED:
            self.move(CallState.QUEUED)

    def last_error(self, error: E, why: str = "") -> E:
        """``error`` as the caller gets it, with what is known from all tries."""
        error.may_have_acted |= self.may_have_acted
        if self.attempts > 1:
            error.add_note(f"it was tried {self.attempts} times")
        if why:
            error.add_note(f"it is not tried again: {why}")
        return error

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


Watcher = Callable[[Call[R]], None]
ReportError = Callable[[str, BaseException], None]


class CallLife(Generic[R]):
    """Who takes part in the calls of one channel."""

    def __init__(self, report: ReportError) -> None:
        self._report = report
        self._interceptors: dict[object, Interceptor[R]] = {}
        self._watchers: dict[object, Watcher[R]] = {}

    def intercept(
        self, interceptor: Interceptor[R] | Callable[[Call[R]], Awaitable[None] | None]
    ) -> Callable[[], None]:
        """Add an interceptor, asked in the order added; the result removes it.

        A plain function is asked before a call is sent: it may put another
        request there, or raise, which fails the call.
        """
        if not isinstance(interceptor, Interceptor):
            interceptor = Before(interceptor)
        return _add(self._interceptors, interceptor)

    def watch(self, watcher: Watcher[R]) -> Callable[[], None]:
        """Call ``watcher`` at each change of state; the result ends that."""
        return _add(self._watchers, watcher)

    async def run(self, call: Call[R], work: Callable[[Call[R]], Awaitable[A]]) -> A:
        """From the first interceptor to the final state; ``work`` is in between."""
        with call.outcome():
            try:
                await self.prepare(call)
                reply = await work(call)
                for interceptor in list(self._interceptors.values()):
                    await settled(interceptor.replied(call, reply))
            except Exception as error:
                await self.failed(call, error)
                raise
        call.finish()
        return reply

    async def prepare(self, call: Call[R]) -> None:
        """Let the interceptors have the call before it is sent."""
        for interceptor in list(self._interceptors.values()):
            await settled(interceptor.before(call))

    async def failed(self, call: Call[R], error: Exception) -> None:
        """Tell the interceptors that it failed for good."""
        for interceptor in list(self._interceptors.values()):
            try:
                await settled(interceptor.failed(call, error))
            except Exception as own:
                self._report("interceptor of a failure", own)

    async def retrying(self, call: Call[R], error: Exception) -> None:
        """Tell the interceptors that it is tried again."""
        for interceptor in list(self._interceptors.values()):
            try:
                await settled(interceptor.retrying(call, error))
            except Exception as own:
                self._report("interceptor of a retry", own)

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

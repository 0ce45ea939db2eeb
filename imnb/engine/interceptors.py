"""Who may look into calls and change them, at four points of their life."""

import dataclasses
import inspect
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from imnb.engine.call import Call

R = TypeVar("R")
TRACE = "trace-id"


class Interceptor(Generic[R]):
    """Takes part in calls; override what is of interest, async or not.

    Those of one channel are asked in the order in which they were added.
    """

    def before(self, call: "Call[R]") -> Awaitable[None] | None:
        """Before it is sent: may put another request there, or raise to refuse."""

    def replied(self, call: "Call[R]", reply: Any) -> Awaitable[None] | None:
        """The reply is there; raising fails the call. Not for a stream's replies."""

    def failed(self, call: "Call[R]", error: Exception) -> Awaitable[None] | None:
        """It failed for good; what this raises is reported."""

    def retrying(self, call: "Call[R]", error: Exception) -> Awaitable[None] | None:
        """After ``error`` it is sent once more: may put another request there.

        What this raises is reported. Also before a resumable stream is asked again.
        """


class Before(Interceptor[R]):
    """A plain function for the first of the points."""

    def __init__(self, function: "Callable[[Call[R]], Awaitable[None] | None]") -> None:
        self._function = function

    def before(self, call: "Call[R]") -> Awaitable[None] | None:
        """See `Interceptor.before`."""
        return self._function(call)


class CommonHeaders(Interceptor[Any]):
    """Adds the headers that every request carries, and a trace id of its own.

    What a request has already stays as it is.
    """

    def __init__(
        self,
        headers: Mapping[str, str],
        trace_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._headers = dict(headers)
        self._trace_id = trace_id

    def __repr__(self) -> str:
        return f"<CommonHeaders {', '.join(self._headers)}>"

    def before(self, call: "Call[Any]") -> None:
        """See `Interceptor.before`."""
        common = {**self._headers, TRACE: self._trace_id()}
        headers = {**common, **call.request.headers}
        call.request = dataclasses.replace(call.request, headers=headers)


async def settled(result: Awaitable[None] | None) -> None:
    """Await what a function gave, if there is something to await."""
    if inspect.isawaitable(result):
        await result

"""What synchronisation needs from an engine."""

from typing import Protocol, TypeVar, cast

from google.protobuf.message import Message

from imnb.engine.requests import TcpRequest
from imnb.engine.stream import Stream

M = TypeVar("M", bound=Message)


class Caller(Protocol):
    """Asks the server."""

    async def call(self, request: TcpRequest) -> Message:
        """Wait for the one reply."""

    def stream(self, request: TcpRequest) -> Stream:
        """Replies as they come."""


async def ask(
    caller: Caller,
    method: str,
    message: Message,
    reply: type[M],
    *,
    timeout: float | None = None,
) -> M:
    """One call with a typed reply; the command table holds the two together."""
    assert reply.DESCRIPTOR is not None
    return cast("M", await caller.call(TcpRequest(method, message, timeout)))

"""One question on its way, with one answer."""

import asyncio
from typing import TYPE_CHECKING, Protocol

from google.protobuf.message import Message

from imnb.engine.pending import PendingTable
from imnb.engine.reply import read_reply
from imnb.errors import CallRefused, CallTimeout, ImnbError
from imnb.pb.envelope_pb2 import Envelope
from imnb.wire.commands import Method

if TYPE_CHECKING:
    from collections.abc import Callable


class Waiter(Protocol):
    """Who is told about a question's fate; each method may be called late."""

    def replied(self, envelope: Envelope) -> None:
        """The server answered."""

    def failed(self, error: Exception) -> None:
        """There will be no answer."""

    def expired(self, timeout: float) -> None:
        """There was no answer in time."""


class Ask:
    """A question with one answer.

    Attributes:
        on_reply: told the size of the reply's body at the moment it is here.
    """

    def __init__(self, method: Method, table: PendingTable[Waiter]) -> None:
        self.ask_id = 0
        self.on_reply: Callable[[int], None] | None = None
        self._method = method
        self._table = table
        self._reply: asyncio.Future[Message]
        self._reply = asyncio.get_running_loop().create_future()

    def __repr__(self) -> str:
        return f"<Ask {self._method.name} {self.ask_id}>"

    async def reply(self) -> Message:
        """Wait for the answer; whatever happens, nothing is left behind."""
        try:
            return await self._reply
        finally:
            self._table.remove(self.ask_id)

    def replied(self, envelope: Envelope) -> None:
        """See `Waiter`."""
        if self._reply.done():
            return
        if self.on_reply is not None:
            self.on_reply(len(envelope.body))
        try:
            self._reply.set_result(read_reply(self._method, envelope))
        except ImnbError as error:
            # Whoever answers, and does not refuse, has done something.
            error.may_have_acted = not isinstance(error, CallRefused)
            self._reply.set_exception(error)

    def failed(self, error: Exception) -> None:
        """See `Waiter`."""
        if not self._reply.done():
            self._reply.set_exception(error)

    def expired(self, timeout: float) -> None:
        """See `Waiter`."""
        self.failed(
            CallTimeout(
                f"{self._method.name}: no reply within {timeout:g} s; "
                "the server may have carried it out"
            )
        )

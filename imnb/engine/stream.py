"""One question with many answers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol, Self

from google.protobuf.message import Message

from imnb.engine.clock import TICK
from imnb.engine.mailbox import Mailbox
from imnb.engine.reply import read_reply, refusal
from imnb.errors import CallError, CallTimeout, ConnectionLost, ImnbError
from imnb.pb.envelope_pb2 import Envelope
from imnb.wire.commands import Method

FULL_AT = 256
"""Unread replies at which reading pauses; it goes on at half of that."""
LIMIT = 64 * FULL_AT
"""Never reached: one read after the pause holds fewer frames."""
PATIENCE = 10.0
"""Seconds that a full stream may keep the connection from being read."""


class StreamOwner(Protocol):
    """Who knows the ask id of a stream and the connection it came from."""

    def stream_full(self, stream: "Stream", full: bool) -> None:
        """Reading should pause, or may go on."""

    def stream_over(self, stream: "Stream") -> None:
        """Forget it."""


class Stream:
    """Replies to one request, as they come: ``async for reply in stream``.

    It is sent when it is first read. Every reply is given, the last one too.
    A consumer that is too slow makes reading pause; one that takes nothing for
    `PATIENCE` seconds loses the stream, because others need the connection.

    One that is resumable outlives its connection: it is asked again on the next
    one, and the replies from then on are given behind those that came before.

    Attributes:
        on_end: told once how it ended, when it was sent; None: with the last reply.
        on_reply: told the size of each reply's body.
        on_lost: asks again after a lost connection; None: the stream ends with it.
        resumes: how often it was asked again.
    """

    def __init__(self, name: str, start: Callable[["Stream"], Awaitable[None]]) -> None:
        self.name = name
        self.on_end: Callable[[BaseException | None], None] | None = None
        self.on_reply: Callable[[int], None] | None = None
        self.on_lost: Callable[[ConnectionLost], None] | None = None
        self.resumes = 0
        self._start = start
        self._is_started = False
        self._owner: StreamOwner | None = None
        self._method: Method | None = None
        self._full_ticks = 0
        self._is_full = False
        self._mailbox: Mailbox[Envelope] = Mailbox(
            LIMIT, overflow=self._neglected, on_close=self._over
        )

    def __repr__(self) -> str:
        return f"<Stream {self.name}: {len(self._mailbox)} replies waiting>"

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        if not self._is_started:
            self._is_started = True
            await self._begin()
        envelope = await self._mailbox.__anext__()
        self._full_ticks = 0
        if self._is_full and len(self._mailbox) <= FULL_AT // 2:
            self._set_full(False)
        assert self._method is not None
        try:
            return read_reply(self._method, envelope)
        except ImnbError as error:
            self.failed(error)
            await self._mailbox.aclose()
            raise

    async def aclose(self) -> None:
        """Stop; replies that still come are dropped and counted as late."""
        self._is_started = True
        if not self._mailbox.is_over and self.on_end is not None:
            self.on_end(asyncio.CancelledError())
        await self._mailbox.aclose()

    @property
    def is_over(self) -> bool:
        """No more replies will come; some may be there to be read."""
        return self._mailbox.is_over

    def sent(self, method: Method, owner: StreamOwner) -> None:
        """The request is on its way, perhaps not for the first time."""
        if self._owner is not None:
            self.resumes += 1
        self._method = method
        self._owner = owner

    def replied(self, envelope: Envelope) -> None:
        """A reply came."""
        if self.on_reply is not None:
            self.on_reply(len(envelope.body))
        if envelope.status and self._method is not None:
            self.failed(refusal(self._method, envelope))
            return
        self._mailbox.put(envelope)
        if not envelope.more:
            self._mailbox.end()
        elif not self._is_full and len(self._mailbox) >= FULL_AT:
            self._set_full(True)

    def failed(self, error: Exception) -> None:
        """No more replies will come, unless it is to be resumed."""
        if isinstance(error, ConnectionLost) and self.on_lost is not None:
            if not self.is_over:
                self.on_lost(error)
            return
        self._mailbox.end(error)

    def given_up(self, error: Exception) -> None:
        """It cannot be resumed."""
        self._mailbox.end(error)

    def expired(self, timeout: float) -> None:
        """Too long since the last reply."""
        self.failed(CallTimeout(f"{self.name}: no reply within {timeout:g} s"))

    def tick(self) -> None:
        """`TICK` seconds went by while this stream was full."""
        self._full_ticks += 1
        if self._full_ticks * TICK >= PATIENCE:
            self.failed(self._neglected())

    def _neglected(self) -> CallError:
        return CallError(
            f"{self.name}: {len(self._mailbox)} replies were waiting and none was "
            f"read for {PATIENCE:g} s: read the stream, or close it"
        )

    async def _begin(self) -> None:
        try:
            await self._start(self)
        except BaseException:
            self._mailbox.end()
            raise

    def _set_full(self, full: bool) -> None:
        self._is_full = full
        self._full_ticks = 0
        if self._owner is not None:
            self._owner.stream_full(self, full)

    def _over(self, error: Exception | None) -> None:
        if self._is_full:  # nothing comes that the reader could be too slow for
            self._set_full(False)
        if self._owner is not None:
            self._owner.stream_over(self)
        if self.on_end is not None:
            self.on_end(error)

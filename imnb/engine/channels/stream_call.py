"""The call behind a stream: asked, asked again when it is resumable, over."""

import asyncio
import contextlib
import math
from typing import Protocol

from imnb.engine.ask_lanes import Turn
from imnb.engine.call import FINAL, Call, CallLife, CallState
from imnb.engine.dispatcher import RequestDispatcher
from imnb.engine.requests import Question, TcpRequest
from imnb.engine.retry import Retry, When
from imnb.engine.retry_queue import RetryQueue
from imnb.engine.stream import Stream
from imnb.errors import (
    CallTimeout,
    ClosedError,
    ConnectionLost,
    ImnbError,
    NotConnected,
)
from imnb.tasks import TaskScope

WHEN_ONLINE = Retry(When.RECONNECT, max_wait=math.inf)


class Channel(Protocol):
    """What a stream's call needs of the channel that it goes through."""

    life: CallLife[TcpRequest]
    retries: RetryQueue

    def question(self, request: TcpRequest) -> Question:
        """What there is to send."""


class StreamCall:
    """One stream's call, from its first reading to its end."""

    def __init__(
        self,
        channel: Channel,
        dispatcher: RequestDispatcher,
        scope: TaskScope,
        stream: Stream,
        request: TcpRequest,
    ) -> None:
        self._channel = channel
        self._dispatcher = dispatcher
        self._scope = scope
        self._stream = stream
        self._call = Call(request, channel.life)
        self._place = contextlib.ExitStack()
        self._resuming: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<StreamCall {self._call!r}>"

    async def begin(self, turn: Turn | None, place: contextlib.ExitStack) -> None:
        """Ask; from then on ``place`` is held until the stream is over."""
        call, life = self._call, self._channel.life
        with call.outcome():
            try:
                await life.prepare(call)
                call.move(CallState.QUEUED)
                if turn is not None:
                    await turn.come()
                await self._ask()
            except Exception as error:
                await life.failed(call, error)
                raise
        if not self._stream.is_over:
            self._place = place.pop_all()

    async def _ask(self) -> None:
        call, stream = self._call, self._stream
        question = self._channel.question(call.request)
        await self._dispatcher.room(question)
        if stream.is_over:  # closed meanwhile
            call.finish(asyncio.CancelledError())
            return
        call.move(CallState.SENDING)
        call.ask_id = self._dispatcher.ask_stream(stream, question)
        call.sent_bytes = len(question.body)
        stream.on_end, stream.on_reply = self._ended, call.replied
        stream.on_lost = self._lost if call.request.resumable else None
        call.move(CallState.WAITING)

    def _ended(self, error: BaseException | None) -> None:
        self._place.close()
        if self._resuming is not None:
            self._resuming.cancel()
        if self._call.state in FINAL:
            return
        self._call.finish(error)
        if isinstance(error, Exception):
            with contextlib.suppress(ClosedError):
                told = self._channel.life.failed(self._call, error)
                self._scope.spawn(told, "interceptors of a stream")

    def _lost(self, error: ConnectionLost) -> None:
        try:
            self._resuming = self._scope.spawn(
                self._resume(error), f"resume {self._stream.name}"
            )
        except ClosedError:
            self._stream.given_up(error)

    async def _resume(self, error: ImnbError) -> None:
        end: Exception | None
        end = ClosedError(f"{self._stream.name}: closed before it was asked again")
        try:
            await self._ask_again(error)
            end = None
        except Exception as failure:
            end = failure
        finally:
            self._resuming = None
            if end is not None:
                self._stream.given_up(end)

    async def _ask_again(self, error: ImnbError) -> None:
        """On the next connection, or on one after it.

        Raises:
            ImnbError: the session is over, or the request is not possible any more.
        """
        call, channel = self._call, self._channel
        while True:
            call.requeue()
            name, priority = call.request.method, call.request.priority
            await channel.retries.wait(name, WHEN_ONLINE, 0.0, priority, 0.0)
            call.attempts += 1
            await channel.life.retrying(call, error)
            try:
                return await self._ask()
            except (NotConnected, CallTimeout) as again:
                error = again

"""Calls over the link, from the value to the reply."""

import contextlib
import functools
import random as _random
from collections.abc import Awaitable, Callable

from google.protobuf.message import Message

from imnb.config import Limits
from imnb.engine.ask_lanes import AskLanes, Turn
from imnb.engine.call import Call, CallLife, CallState
from imnb.engine.call_log import CallLog
from imnb.engine.channels.stream_call import StreamCall
from imnb.engine.dispatcher import RequestDispatcher
from imnb.engine.interceptors import settled
from imnb.engine.requests import Question, TcpRequest
from imnb.engine.retry_queue import RetryQueue
from imnb.engine.states import State, StateChange
from imnb.engine.stream import Stream
from imnb.errors import ClosedError, ConfigError, ImnbError
from imnb.tasks import TaskScope
from imnb.wire.commands import CommandTable

ReplyHandler = Callable[[Message], Awaitable[None] | None]
EndHandler = Callable[[Exception | None], None] | None


class TcpChannel:
    """Calls over the link, from the value to the reply.

    Architecture name: ``IMConnectAssistant``.

    Attributes:
        life: interceptors and watchers of the calls.
        log: the calls under way and the last ones.
        retries: failed calls that wait for another try.
    """

    def __init__(
        self,
        commands: CommandTable,
        dispatcher: RequestDispatcher,
        timeout: float,
        scope: TaskScope,
        limits: Limits | None = None,
        random: Callable[[], float] = _random.random,
    ) -> None:
        limit = (limits or Limits()).max_pending_calls
        self.life: CallLife[TcpRequest] = CallLife(scope.report)
        self.log = CallLog()
        self.life.watch(self.log.look)
        self.retries = RetryQueue(limit)
        self._lanes = AskLanes(limit)
        self._commands = commands
        self._dispatcher = dispatcher
        self._timeout = timeout
        self._scope = scope
        self._random = random

    def __repr__(self) -> str:
        waiting, retrying = self._dispatcher.waiting, len(self.retries)
        return f"<TcpChannel: {waiting} calls wait, {retrying} to be tried again>"

    async def call(self, request: TcpRequest) -> Message:
        """Send, and wait for the one reply.

        Raises:
            ImnbError: its ``may_have_acted`` says whether the server may have
                carried the request out, in any of its tries.
            TooManyCalls: too many wait already.
        """
        with self._place(request) as turn:
            call = Call(request, self.life)
            return await self.life.run(call, functools.partial(self._answer, turn))

    def stream(self, request: TcpRequest) -> Stream:
        """Replies as they come; the request leaves when the first one is read."""
        return Stream(request.method, functools.partial(self._begin, request))

    def listen(
        self,
        request: TcpRequest,
        handler: ReplyHandler,
        on_end: EndHandler = None,
    ) -> Callable[[], None]:
        """Call or await ``handler`` for each reply of a stream, one after the other.

        What the handler raises is reported. How the stream ended is told to
        ``on_end``; without that, an error is reported.

        Returns:
            what ends it.
        """
        work = self._listen(request, handler, on_end)
        task = self._scope.spawn(work, f"listener of {request.method}")

        def stop() -> None:
            task.cancel()

        return stop

    def session_changed(self, change: StateChange) -> None:
        """What waits for a connection learns of it."""
        match change.state:
            case State.ONLINE:
                self.retries.online()
            case State.KICKED | State.CLOSED:
                self._dispatcher.away = f"the session is over ({change.reason})"
                self.retries.fail_all(ClosedError(self._dispatcher.away))
            case _:
                self._dispatcher.away = "wait until online"
                self.retries.offline()

    def question(self, request: TcpRequest) -> Question:
        """What there is to send.

        Raises:
            ConfigError: there is no such method, or the request does not fit it.
        """
        method = self._commands.methods.get(request.method)
        if method is None:
            names = ", ".join(sorted(self._commands.methods))
            raise ConfigError(
                f"there is no method {request.method!r}; there are: {names}"
            )
        return request.question(method, self._timeout)

    def _place(
        self, request: TcpRequest
    ) -> contextlib.AbstractContextManager[Turn | None]:
        if request.lane is None:
            return contextlib.nullcontext()
        return self._lanes.place(request.lane)

    async def _answer(self, turn: Turn | None, call: Call[TcpRequest]) -> Message:
        call.move(CallState.QUEUED)
        if turn is not None:
            await turn.come()
        waited = 0.0
        while True:
            try:
                return await self._try(call)
            except ImnbError as error:
                waited = await self._wait_to_try_again(call, error, waited)

    async def _try(self, call: Call[TcpRequest]) -> Message:
        question = self.question(call.request)
        if question.method.streams:
            name = question.method.name
            raise ConfigError(f"{name} gives many replies: use stream()")
        await self._dispatcher.room(question)
        call.move(CallState.SENDING)
        ask = self._dispatcher.ask(question)
        ask.on_reply = call.replied
        call.ask_id, call.sent_bytes = ask.ask_id, len(question.body)
        call.move(CallState.WAITING)
        return await ask.reply()

    async def _wait_to_try_again(
        self, call: Call[TcpRequest], error: ImnbError, waited: float
    ) -> float:
        """Return when it may be tried again, else raise; seconds waited in all."""
        request, policy = call.request, call.request.retry
        call.may_have_acted |= error.may_have_acted
        method = self._commands.methods.get(request.method)
        idempotent = method is not None and request.is_idempotent(method)
        if policy is None or not policy.allows(error, idempotent, call.attempts):
            raise call.last_error(error)
        call.requeue()
        delay = policy.delay(call.attempts, self._random)
        try:
            why, waited = await self.retries.wait(
                request.method, policy, delay, request.priority, waited
            )
        except ImnbError as end:
            raise call.last_error(end) from error
        if why:
            raise call.last_error(error, why)
        call.attempts += 1
        await self.life.retrying(call, error)
        return waited

    async def _begin(self, request: TcpRequest, stream: Stream) -> None:
        with contextlib.ExitStack() as place:
            turn = place.enter_context(self._place(request))
            made = StreamCall(self, self._dispatcher, self._scope, stream, request)
            await made.begin(turn, place)

    async def _listen(
        self, request: TcpRequest, handler: ReplyHandler, on_end: EndHandler
    ) -> None:
        name, failure = f"listener of {request.method}", None
        stream = self.stream(request)
        try:
            async for reply in stream:
                try:
                    await settled(handler(reply))
                except Exception as error:
                    self._scope.report(name, error)
        except ImnbError as error:
            failure = error
        finally:
            await stream.aclose()
        if on_end is not None:
            on_end(failure)
        elif failure is not None:
            self._scope.report(name, failure)

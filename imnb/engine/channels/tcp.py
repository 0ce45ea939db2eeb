"""Calls over the link, from the value to the reply."""

import asyncio

from google.protobuf.message import Message

from imnb.engine.call import Call, CallLife, CallState, ReportError
from imnb.engine.dispatcher import RequestDispatcher
from imnb.engine.requests import TcpRequest
from imnb.engine.stream import Stream
from imnb.errors import ConfigError
from imnb.wire.commands import CommandTable, Method


class TcpChannel:
    """Calls over the link, from the value to the reply.

    Architecture name: ``IMConnectAssistant``.

    Attributes:
        life: interceptors and watchers of the calls.
    """

    def __init__(
        self,
        commands: CommandTable,
        dispatcher: RequestDispatcher,
        timeout: float,
        report: ReportError,
    ) -> None:
        self.life: CallLife[TcpRequest] = CallLife(report)
        self._commands = commands
        self._dispatcher = dispatcher
        self._timeout = timeout

    def __repr__(self) -> str:
        return f"<TcpChannel: {self._dispatcher.waiting} calls wait>"

    async def call(self, request: TcpRequest) -> Message:
        """Send, and wait for the one reply."""
        call = Call(request, self.life)
        with call.outcome():
            method, body, timeout = await self._prepare(call)
            if method.streams:
                raise ConfigError(f"{method.name} gives many replies: use stream()")
            call.move(CallState.SENDING)
            ask = self._dispatcher.ask(method, body, timeout)
            call.move(CallState.WAITING)
            reply = await ask.reply()
        call.finish()
        return reply

    def stream(self, request: TcpRequest) -> Stream:
        """Replies as they come; the request leaves when the first one is read."""

        async def start(stream: Stream) -> None:
            call = Call(request, self.life)
            with call.outcome():
                method, body, timeout = await self._prepare(call)
                if stream.is_over:  # closed meanwhile
                    call.finish(asyncio.CancelledError())
                    return
                call.move(CallState.SENDING)
                self._dispatcher.ask_stream(stream, method, body, timeout)
                stream.on_end = call.finish
                call.move(CallState.WAITING)

        return Stream(request.method, start)

    async def _prepare(self, call: Call[TcpRequest]) -> tuple[Method, bytes, float]:
        """Interceptors, type check, and the wait until there is room.

        Returns:
            the method, the body, and the seconds to the reply.
        """
        await self.life.prepare(call)
        method = self._method(call.request.method)
        body = call.request.build(method).SerializeToString()
        timeout = call.request.timeout
        seconds = self._timeout if timeout is None else timeout
        call.move(CallState.QUEUED)
        await self._dispatcher.room(method, seconds)
        return method, body, seconds

    def _method(self, name: str) -> Method:
        method = self._commands.methods.get(name)
        if method is None:
            names = ", ".join(sorted(self._commands.methods))
            raise ConfigError(f"there is no method {name!r}; there are: {names}")
        return method

"""Requests over HTTP, with the life of a call."""

import aiohttp

from imnb.config import Timeouts
from imnb.engine.call import Call, CallLife, CallState, ReportError
from imnb.engine.http_reply import HttpReply, read_body
from imnb.engine.patience import patience
from imnb.engine.requests import HttpRequest
from imnb.errors import ClosedError, GatewayUnreachable
from imnb.net.os_error import describe


class HttpChannel:
    """Requests over HTTP with the same life; one session, opened when needed.

    Architecture name: ``IMHTTPAssistant``.

    Attributes:
        life: interceptors and watchers of the calls.
    """

    def __init__(self, report: ReportError, timeouts: Timeouts | None = None) -> None:
        self.life: CallLife[HttpRequest] = CallLife(report)
        self._timeout = (timeouts or Timeouts()).gateway
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False

    def __repr__(self) -> str:
        return f"<HttpChannel {'closed' if self._is_closed else 'open'}>"

    async def call(self, request: HttpRequest) -> HttpReply:
        """Send, and read the whole answer, whatever its status.

        Raises:
            GatewayUnreachable: no answer, or not in time.
            GatewayAnswerError: its body is larger than the request allows.
        """
        call = Call(request, self.life)
        with call.outcome():
            await self.life.prepare(call)
            call.move(CallState.QUEUED)
            session = self._open_session()
            call.move(CallState.SENDING)
            reply = await self._exchange(session, call)
        call.finish()
        return reply

    async def close(self) -> None:
        """End the session and its connections; safe to call twice."""
        self._is_closed = True
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def _open_session(self) -> aiohttp.ClientSession:
        if self._is_closed:
            raise ClosedError("this HTTP channel is closed")
        if self._session is None:
            # No cookies: what goes where is said by the request alone. Nothing
            # is inflated, so that a body's limit is a limit on memory.
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers={"Accept-Encoding": "identity"},
            )
        return self._session

    async def _exchange(
        self, session: aiohttp.ClientSession, call: Call[HttpRequest]
    ) -> HttpReply:
        request = call.request
        seconds = self._timeout if request.timeout is None else request.timeout
        try:
            async with patience(seconds), self._send(session, request) as answer:
                call.move(CallState.WAITING)
                body = await read_body(answer, request)
        except TimeoutError:
            raise GatewayUnreachable(
                f"{request.address}: no answer within {seconds:g} s; "
                "check the address and whether the server is running"
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            raise GatewayUnreachable(
                f"{request.address}: {_reason(error)}; "
                "check the address and whether the server is running"
            ) from error
        return HttpReply(request.address, answer.status, body)

    @staticmethod
    def _send(
        session: aiohttp.ClientSession, request: HttpRequest
    ) -> "aiohttp.client._RequestContextManager":
        # A redirect could carry a password elsewhere: it is an answer like others.
        return session.request(
            request.method,
            request.url,
            json=request.json,
            data=request.body if request.json is None else None,
            headers=request.headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None),
        )


def _reason(error: Exception) -> str:
    """The operating system's words where there are some."""
    inner = getattr(error, "os_error", error)
    match inner:
        case OSError():
            return describe(inner)
        case aiohttp.ServerDisconnectedError():
            return "the connection was closed without an answer"
        case aiohttp.ClientResponseError():
            return "what it answers is not HTTP"
        case _:
            return type(error).__name__

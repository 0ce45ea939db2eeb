"""Requests over HTTP, with the life of a call."""

import math
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import TYPE_CHECKING, Generic, TypeVar

import aiohttp

from imnb.config import Timeouts
from imnb.engine.call import Call, CallLife, CallState, ReportError
from imnb.engine.http_reply import HttpReply, Incoming
from imnb.engine.patience import Patience, patience
from imnb.engine.requests import HttpRequest
from imnb.errors import (
    ClosedError,
    ConfigError,
    GatewayUnreachable,
    ImnbError,
    TokenExpired,
)
from imnb.net.os_error import describe

if TYPE_CHECKING:
    from imnb.engine.channels.token import AccessToken

T = TypeVar("T")
Reader = Callable[[Incoming], Awaitable[T]]
"""Takes what it needs of an answer; the rest is thrown away."""
Body = Callable[[Patience], AsyncIterable[bytes]]
"""Begins a body; called again when the request is sent again."""
LEAST_RATE = 1024
"""Bytes a second of a transfer; below that it is a standstill."""
READ_BUFFER = 256 * 1024
"""Bytes after which reading waits until they were taken, e.g. by a slow disk."""
UNAUTHORIZED = 401


class HttpChannel:
    """Requests over HTTP with the same life; one session, opened when needed.

    Architecture name: ``IMHTTPAssistant``.

    Attributes:
        life: interceptors and watchers of the calls.
        token: for requests that are `HttpRequest.authorized`.
    """

    def __init__(self, report: ReportError, timeouts: Timeouts | None = None) -> None:
        self.life: CallLife[HttpRequest] = CallLife(report)
        self.token: AccessToken | None = None
        self._timeouts = timeouts or Timeouts()
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False

    def __repr__(self) -> str:
        return f"<HttpChannel {'closed' if self._is_closed else 'open'}>"

    async def call(self, request: HttpRequest) -> HttpReply:
        """Send, and read the whole answer, whatever its status.

        Raises:
            GatewayUnreachable: no answer, or not in time.
            GatewayAnswerError: its body is larger than the request allows.
            ImnbError: it is authorized, and there is no token to be had.
        """
        seconds = self._timeouts.gateway
        return await self._run(request, Incoming.reply, None, seconds, math.inf)

    async def transfer(
        self, request: HttpRequest, read: Reader[T], body: Body | None = None
    ) -> T:
        """Send or receive piece by piece; the time-out is for a standstill.

        Raises:
            GatewayUnreachable: no answer, it broke off, or next to nothing moved.
            ImnbError: what ``read`` raises; or there is no token to be had.
        """
        seconds = self._timeouts.transfer
        return await self._run(request, read, body, seconds, LEAST_RATE)

    async def close(self) -> None:
        """End the session and its connections; safe to call twice."""
        self._is_closed = True
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def _run(
        self,
        request: HttpRequest,
        read: Reader[T],
        body: Body | None,
        seconds: float,
        rate: float,
    ) -> T:
        async def work(call: Call[HttpRequest]) -> T:
            call.move(CallState.QUEUED)
            token = await self._token_for(call.request)
            exchange = _Exchange(self._open_session(), call, read, body, seconds, rate)
            try:
                return await exchange.run(token, is_last=token is None)
            except _TokenRefused as error:
                return await self._again(exchange, call, token, error)

        return await self.life.run(Call(request, self.life), work)

    async def _again(
        self,
        exchange: "_Exchange[T]",
        call: Call[HttpRequest],
        refused: str | None,
        error: Exception,
    ) -> T:
        """Once more, with another token; it is the last time."""
        assert self.token is not None
        assert refused is not None
        call.move(CallState.QUEUED)
        call.attempts += 1
        await self.life.retrying(call, error)
        return await exchange.run(await self.token.newer_than(refused), is_last=True)

    async def _token_for(self, request: HttpRequest) -> str | None:
        if not request.authorized:
            return None
        if self.token is None:
            raise ConfigError(f"{request.address}: this channel has no access token")
        return await self.token.for_url(request.url)

    def _open_session(self) -> aiohttp.ClientSession:
        self._require_open()
        if self._session is None:
            # No cookies: what goes where is said by the request alone. Nothing
            # is inflated, so that a body's limit is a limit on memory.
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                read_bufsize=READ_BUFFER,
                headers={"Accept-Encoding": "identity"},
            )
        return self._session

    def _require_open(self) -> None:
        if self._is_closed:
            raise ClosedError("this HTTP channel is closed")


class _TokenRefused(TokenExpired):
    """Another token may be accepted."""


class _Exchange(Generic[T]):
    """What is sent, and what reads the answer; a second time with another token."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        call: Call[HttpRequest],
        read: Reader[T],
        body: Body | None,
        seconds: float,
        rate: float,
    ) -> None:
        self._session = session
        self._call = call
        self._read = read
        self._body = body
        timeout = call.request.timeout
        self._seconds = seconds if timeout is None else timeout
        self._least = self._seconds * rate

    async def run(self, token: str | None, *, is_last: bool) -> T:
        request = self._call.request
        self._call.move(CallState.SENDING)
        try:
            async with (
                patience(self._seconds, self._least) as left,
                self._send(request, token, left) as answer,
            ):
                self._call.move(CallState.WAITING)
                self._call.replied(0)
                if answer.status == UNAUTHORIZED and not is_last:
                    raise _TokenRefused("the gateway refused the access token")
                return await self._read(Incoming(answer, self._call, left))
        except ImnbError:  # the reader's; some are OSErrors too
            raise
        except TimeoutError:
            reason = self._standstill()
        except (aiohttp.ClientError, OSError) as error:
            reason = _reason(error)
        # Not inside: errors of aiohttp have the request's headers in their repr.
        raise GatewayUnreachable(
            f"{request.address}: {reason}; "
            "check the address and whether the server is running"
        )

    def _standstill(self) -> str:
        within = f"within {self._seconds:g} s"
        if self._least == math.inf:
            return f"no answer {within}"
        return f"less than {self._least / 1024:g} KiB moved {within}"

    def _send(
        self, request: HttpRequest, token: str | None, left: Patience
    ) -> "aiohttp.client._RequestContextManager":
        headers = dict(request.headers)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        data = request.body if self._body is None else self._body(left)
        # A redirect could carry a password elsewhere: it is an answer like others.
        return self._session.request(
            request.method,
            request.url,
            json=request.json,
            data=data if request.json is None else None,
            headers=headers,
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
        case aiohttp.ClientPayloadError():
            return "the answer broke off"
        case aiohttp.ClientResponseError():
            return "what it answers is not HTTP"
        case _:
            return type(error).__name__

"""Requests over HTTP, with the life of a call."""

import math
import ssl
from typing import TYPE_CHECKING

import aiohttp

from imnb.config import Timeouts, Tls
from imnb.engine.call import Call, CallLife, CallState, ReportError
from imnb.engine.channels.exchange import Body, Exchange, Reader, T, TokenRefused
from imnb.engine.http_reply import HttpReply, Incoming
from imnb.engine.requests import HttpRequest
from imnb.errors import ClosedError, ConfigError, GatewayUnreachable, ImnbError
from imnb.net.tls import client_context

if TYPE_CHECKING:
    from imnb.engine.channels.token import AccessToken

LEAST_RATE = 1024
"""Bytes a second of a transfer; below that it is a standstill."""
READ_BUFFER = 256 * 1024
"""Bytes after which reading waits until they were taken, e.g. by a slow disk."""
# aiohttp before 3.12 tries again without a connector: an AttributeError.
ENDS = (GatewayUnreachable, RuntimeError, AttributeError)
"""How a call ends whose session is closed under it; aiohttp has no type for that."""


class HttpChannel:
    """Requests over HTTP with the same life; one session, opened when needed.

    Architecture name: ``IMHTTPAssistant``.

    Args:
        tls: whose authorities are trusted, in place of the system's. Certificates
            are always checked here, also with ``verify=False``: passwords go this
            way, and the key comes by which the TCP service is known.

    Attributes:
        life: interceptors and watchers of the calls.
        token: for requests that are `HttpRequest.authorized`.
    """

    def __init__(
        self,
        report: ReportError,
        timeouts: Timeouts | None = None,
        tls: Tls | None = None,
    ) -> None:
        self.life: CallLife[HttpRequest] = CallLife(report)
        self.token: AccessToken | None = None
        self._timeouts = timeouts or Timeouts()
        self._ca_file = "" if tls is None else tls.ca_file
        self._session: aiohttp.ClientSession | None = None
        self._closed: type[ImnbError] | None = None

    def __repr__(self) -> str:
        return f"<HttpChannel {'closed' if self._closed else 'open'}>"

    async def call(self, request: HttpRequest) -> HttpReply:
        """Send, and read the whole answer, whatever its status.

        Raises:
            CertificateError: that of the server is refused.
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
            CertificateError: that of the server is refused.
            GatewayUnreachable: no answer, it broke off, or next to nothing moved.
            ImnbError: what ``read`` raises; or there is no token to be had.
        """
        seconds = self._timeouts.transfer
        return await self._run(request, read, body, seconds, LEAST_RATE)

    async def close(self, kind: type[ImnbError] = ClosedError) -> None:
        """End the session and its connections; safe to call twice.

        Calls under way and later ones fail with an error of ``kind``.
        """
        self._closed = kind
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
            exchange = Exchange(self._open_session(), call, read, body, seconds, rate)
            try:
                return await self._carry_out(exchange, call, token)
            except ENDS as error:
                ended = error
            self._require_open()  # else it ended because we closed
            raise ended

        return await self.life.run(Call(request, self.life), work)

    async def _carry_out(
        self, exchange: Exchange[T], call: Call[HttpRequest], token: str | None
    ) -> T:
        try:
            return await exchange.run(token, is_last=token is None)
        except TokenRefused as error:
            return await self._again(exchange, call, token, error)

    async def _again(
        self,
        exchange: Exchange[T],
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
                connector=aiohttp.TCPConnector(ssl=self._trust()),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                read_bufsize=READ_BUFFER,
                headers={"Accept-Encoding": "identity"},
            )
        return self._session

    def _trust(self) -> ssl.SSLContext | bool:
        """Authorities of our own, else the system's."""
        return client_context(Tls(ca_file=self._ca_file)) if self._ca_file else True

    def _require_open(self) -> None:
        if self._closed is not None:
            raise self._closed("closed before the gateway answered")

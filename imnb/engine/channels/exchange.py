"""What is sent over HTTP, and what reads the answer."""

import math
import ssl
import urllib.parse
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Generic, TypeVar, cast

import aiohttp

from imnb.engine.call import Call, CallState
from imnb.engine.http_reply import Incoming
from imnb.engine.patience import Patience, patience
from imnb.engine.requests import HttpRequest
from imnb.errors import CertificateError, GatewayUnreachable, ImnbError, TokenExpired
from imnb.net.os_error import describe
from imnb.net.tls import explain, explain_certificate

T = TypeVar("T")
Reader = Callable[[Incoming], Awaitable[T]]
"""Takes what it needs of an answer; the rest is thrown away."""
Body = Callable[[Patience], AsyncIterable[bytes]]
"""Begins a body; called again when the request is sent again."""
UNAUTHORIZED = 401
RENAMED = "if the server has another name, write that in the gateway's URL"


class TokenRefused(TokenExpired):
    """Another token may be accepted."""


class Exchange(Generic[T]):
    """One request; a second time with another token.

    Args:
        seconds: unless the request says how long,
        rate: within which so many bytes a second must move, or all of it.
    """

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

    def __repr__(self) -> str:
        return f"<Exchange {self._call.request!r}>"

    async def run(self, token: str | None, *, is_last: bool) -> T:
        """Send, and read the answer.

        Raises:
            TokenRefused: unless it is the last time.
            CertificateError: the server's is refused.
            GatewayUnreachable: no answer, it broke off, or too little moved.
            ImnbError: what ``read`` raises.
        """
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
                    raise TokenRefused("the gateway refused the access token")
                return await self._read(Incoming(answer, self._call, left))
        except ImnbError:  # the reader's; some are OSErrors too
            raise
        except TimeoutError:
            failure = self._unreachable(self._standstill())
        except (aiohttp.ClientError, OSError) as error:
            failure = self._failure(error)
        # Not inside: errors of aiohttp have the request's headers in their repr.
        raise failure

    def _failure(self, error: Exception) -> ImnbError:
        address = self._call.request.address
        match _cause(error):
            case ssl.SSLCertVerificationError() as refused:
                host = urllib.parse.urlsplit(address).hostname or ""
                why = explain_certificate(refused, host, RENAMED)
                return CertificateError(f"{address}: {why}")
            case ssl.SSLError() as failed:
                return GatewayUnreachable(f"{address}: {explain(failed)}")
            case reason:
                return self._unreachable(_reason(reason))

    def _unreachable(self, reason: str) -> ImnbError:
        return GatewayUnreachable(
            f"{self._call.request.address}: {reason}; "
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


def _cause(error: Exception) -> Exception:
    """What is inside an error of aiohttp; a certificate's is under another name."""
    cause = getattr(error, "os_error", error)
    return cast("Exception", getattr(error, "certificate_error", cause))


def _reason(error: Exception) -> str:
    """The operating system's words where there are some."""
    match error:
        case OSError():
            return describe(error)
        case aiohttp.ServerDisconnectedError():
            return "the connection was closed without an answer"
        case aiohttp.ClientPayloadError():
            return "the answer broke off"
        case aiohttp.ClientResponseError():
            return "what it answers is not HTTP"
        case _:
            return type(error).__name__

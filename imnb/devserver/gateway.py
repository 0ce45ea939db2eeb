"""The HTTP gateway: a password or token goes in, an access token comes out.

Bodies are proto3 JSON (``proto/imnb/pb/gateway.proto``); whatever is not 200 is a
`GatewayProblem`.
"""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from google.protobuf import json_format
from google.protobuf.message import Message

from imnb.config import Endpoint
from imnb.devserver.realm import Realm
from imnb.errors import (
    AuthError,
    ConnectionFailed,
    TokenExpired,
    UnknownUser,
    WrongPassword,
)
from imnb.models.ids import UserId
from imnb.pb import gateway_pb2 as pb

log = logging.getLogger(__name__)

MAX_REQUEST_BYTES = 16 * 1024
SHUTDOWN_SECONDS = 1.0
ANY_HOST = frozenset({"0.0.0.0", "::"})
PROBLEMS: tuple[tuple[type[AuthError], int, str], ...] = (
    (UnknownUser, 404, "unknown_user"),
    (WrongPassword, 401, "wrong_password"),
    (TokenExpired, 401, "token_expired"),
    (AuthError, 401, "bad_token"),
)
"""How an error is told; the first one that fits."""


class Gateway:
    """Serves ``POST /v1/authenticate``.

    Args:
        tcp: where the TCP service listens.
        wall_clock: microseconds since 1970, UTC.
    """

    def __init__(
        self,
        realm: Realm,
        *,
        tcp: Endpoint,
        environment: str,
        wall_clock: Callable[[], int],
    ) -> None:
        self._realm = realm
        self._tcp = tcp
        self._environment = environment
        self._wall_clock = wall_clock
        app = web.Application(
            client_max_size=MAX_REQUEST_BYTES, middlewares=[_problems_as_json]
        )
        app.router.add_post("/v1/authenticate", self._answer)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS
        )

    async def listen(self, host: str, port: int) -> Endpoint:
        """Begin to serve.

        Raises:
            ConnectionFailed: the address cannot be listened on.
        """
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            raise ConnectionFailed(
                f"the gateway cannot listen on {host}:{port}: {error.strerror}; "
                "port 0 takes a free one"
            ) from error
        return Endpoint(*self._runner.addresses[0][:2])

    async def close(self) -> None:
        """Stop serving; safe to call twice."""
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        body = pb.AuthenticateRequest()
        try:
            json_format.Parse(await request.text(), body, ignore_unknown_fields=True)
        except (json_format.ParseError, UnicodeDecodeError, LookupError):
            text = "the body is no AuthenticateRequest in proto3 JSON"
            return _problem(400, "bad_request", text)
        if not body.user or bool(body.password) == bool(body.token):
            text = "give a user, and either a password or a token"
            return _problem(400, "bad_request", text)
        try:
            self._check(body)
        except AuthError as error:
            status, code = next(
                (status, code)
                for kind, status, code in PROBLEMS
                if isinstance(error, kind)
            )
            return _problem(status, code, str(error))
        return _json(200, self._welcome(body, request.url.host or self._tcp.host))

    def _check(self, body: pb.AuthenticateRequest) -> None:
        user = UserId(body.user)
        if body.password:
            self._realm.passwords.check(user, body.password)
            return
        token = self._realm.tokens.check(body.token, self._wall_clock())
        if token.user != user:
            raise AuthError(f"the token is for another user than {user!r}")

    def _welcome(
        self, body: pb.AuthenticateRequest, reached_at: str
    ) -> pb.AuthenticateReply:
        now = self._wall_clock()
        token, expires_at = self._realm.tokens.issue(
            UserId(body.user), body.device, now
        )
        host = reached_at if self._tcp.host in ANY_HOST else self._tcp.host
        return pb.AuthenticateReply(
            access_token=token,
            expires_at=expires_at,
            endpoints=[pb.GatewayEndpoint(host=host, port=self._tcp.port)],
            server_key=self._realm.identity.public_key,
            server_time=now,
            environment=self._environment,
        )


@web.middleware
async def _problems_as_json(
    request: web.Request,
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> web.StreamResponse:
    """Errors of aiohttp itself, and our own bugs, in the gateway's form."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        text = f"{request.method} {request.path}: {error.reason}"
        return _problem(error.status, error.reason.lower().replace(" ", "_"), text)
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return _problem(500, "internal", "the server failed; its log has more")


def _problem(status: int, code: str, message: str) -> web.Response:
    return _json(status, pb.GatewayProblem(code=code, message=message))


def _json(status: int, message: Message) -> web.Response:
    return web.Response(
        status=status,
        text=json_format.MessageToJson(message),
        content_type="application/json",
    )

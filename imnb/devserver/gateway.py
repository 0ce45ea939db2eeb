"""The HTTP gateway: a password or token goes in, an access token comes out.

With that token files go in and out, and users and groups are looked up. Bodies are
proto3 JSON (``proto/imnb/pb/gateway.proto``); whatever is not 200 is a
`GatewayProblem`.
"""

import logging
import pathlib
from collections.abc import Awaitable, Callable

from aiohttp import web
from google.protobuf import json_format

from imnb.config import Endpoint, Limits
from imnb.devserver.account import MAX_DEVICE_CHARACTERS
from imnb.devserver.answers import Problem, answer, problem, refusal
from imnb.devserver.bearer import Bearer
from imnb.devserver.file_store import FileStore
from imnb.devserver.files import Files
from imnb.devserver.lookups import Lookups
from imnb.devserver.realm import Realm
from imnb.engine.disk import DiskThread
from imnb.errors import AuthError, ConnectionFailed
from imnb.models.ids import UserId
from imnb.pb import gateway_pb2 as pb

log = logging.getLogger(__name__)

MAX_REQUEST_BYTES = 16 * 1024
SHUTDOWN_SECONDS = 1.0
DEFAULT_LIMITS = Limits()
ANY_HOST = frozenset({"0.0.0.0", "::"})


class Gateway:
    """Log-in, files, and look-ups.

    Args:
        tcp: where the TCP service listens.
        wall_clock: microseconds since 1970, UTC.
        files: the folder for uploads; a temporary one if not given.
    """

    def __init__(
        self,
        realm: Realm,
        *,
        tcp: Endpoint,
        environment: str,
        wall_clock: Callable[[], int],
        limits: Limits = DEFAULT_LIMITS,
        files: pathlib.Path | None = None,
    ) -> None:
        self._realm = realm
        self._tcp = tcp
        self._environment = environment
        self._wall_clock = wall_clock
        app = web.Application(
            client_max_size=MAX_REQUEST_BYTES, middlewares=[_problems_as_json]
        )
        self._store = FileStore(files, limit=limits.max_file)
        bearer = Bearer(realm.tokens, wall_clock)
        self._files = Files(self._store, bearer)
        lookups = Lookups(realm.world, bearer)
        app.router.add_post("/v1/authenticate", self._answer)
        app.router.add_post("/v1/files", self._files.upload)
        app.router.add_get("/v1/files/{file_id}", self._files.download)
        app.router.add_get("/v1/users", lookups.users)
        app.router.add_get("/v1/groups", lookups.groups)
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS
        )

    async def listen(self, host: str, port: int) -> Endpoint:
        """Begin to serve.

        Raises:
            ConnectionFailed: the address cannot be listened on.
        """
        await DiskThread("devserver-files").end(self._store.load)
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
        await DiskThread("devserver-files").end(self._store.remove_temporary)

    async def _answer(self, request: web.Request) -> web.Response:
        body = pb.AuthenticateRequest()
        try:
            json_format.Parse(await request.text(), body, ignore_unknown_fields=True)
        except (json_format.ParseError, UnicodeDecodeError, LookupError):
            text = "the body is no AuthenticateRequest in proto3 JSON"
            return problem(400, "bad_request", text)
        if not body.user or bool(body.password) == bool(body.token):
            text = "give a user, and either a password or a token"
            return problem(400, "bad_request", text)
        if len(body.device) > MAX_DEVICE_CHARACTERS:
            text = f"a device name has at most {MAX_DEVICE_CHARACTERS} characters"
            return problem(400, "bad_request", text)
        try:
            self._check(body)
        except AuthError as error:
            return refusal(error)
        return answer(self._welcome(body, request.url.host or self._tcp.host))

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
    except Problem as error:
        return error.answer()
    except AuthError as error:
        return refusal(error)
    except web.HTTPException as error:
        text = f"{request.method} {request.path}: {error.reason}"
        return problem(error.status, error.reason.lower().replace(" ", "_"), text)
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return problem(500, "internal", "the server failed; its log has more")

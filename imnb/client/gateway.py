"""Asking the HTTP gateway who we are, where to go, and whom there is."""

import dataclasses
import urllib.parse
from collections.abc import Sequence
from typing import Any

from google.protobuf import json_format

from imnb.config import Endpoint, Environment
from imnb.engine.channels import HttpChannel
from imnb.engine.channels.token import AccessToken
from imnb.engine.http_reply import HttpReply
from imnb.engine.requests import HttpRequest
from imnb.errors import (
    AuthError,
    ClosedError,
    ConfigError,
    FileError,
    FileTooLarge,
    GatewayAnswerError,
    GatewayInsecure,
    ImnbError,
    TokenExpired,
    UnknownUser,
    WrongPassword,
)
from imnb.pb.gateway_pb2 import AuthenticateReply, AuthenticateRequest, GatewayProblem

PATH = "/v1/authenticate"
KEY_BYTES = 32
MAX_ENDPOINTS = 16
MAX_REASON = 1_000
"""Characters of the gateway's own words that an error repeats."""
PROBLEMS: dict[str, type[ImnbError]] = {
    "wrong_password": WrongPassword,
    "unknown_user": UnknownUser,
    "token_expired": TokenExpired,
    "bad_token": AuthError,
    "unknown_file": FileError,
    "file_too_large": FileTooLarge,
    "quota_exceeded": FileTooLarge,
}
ADVICE: dict[str, str] = {
    "wrong_password": "give the right one to login(password=...)",
    "unknown_user": "check the spelling, and which server this is",
    "token_expired": "log in with the password",
    "bad_token": "log in with the password",
    "unknown_file": "was it uploaded to this server?",
    "file_too_large": "send it in parts",
    "quota_exceeded": "ask who runs the server for more room",
}


@dataclasses.dataclass(slots=True)
class Credentials:
    """Who we are, and what proves it."""

    user: str
    device: str
    password: str | None = dataclasses.field(default=None, repr=False)
    token: str | None = dataclasses.field(default=None, repr=False)

    def __post_init__(self) -> None:
        for what in ("user", "device"):
            _require_text(what, getattr(self, what))
        self.prove(password=self.password, token=self.token)

    def prove(self, *, password: str | None = None, token: str | None = None) -> None:
        """Use these from now on, and nothing else.

        Raises:
            ConfigError: that is no text.
        """
        _require_text("password", password or "")
        _require_text("token", token or "")
        self.password, self.token = password, token


def _require_text(what: str, value: object) -> None:
    if not isinstance(value, str):
        # Not the value, which may be a secret.
        raise ConfigError(f"the {what} is a {type(value).__name__}: give a text")


@dataclasses.dataclass(frozen=True, slots=True)
class Ticket:
    """What the gateway gave for one connection."""

    token: str = dataclasses.field(repr=False)
    endpoints: tuple[Endpoint, ...]
    server_key: bytes = dataclasses.field(repr=False)
    environment: str


class Gateway:
    """One environment's gateway.

    Attributes:
        channel: its authorized requests carry the token of the last log-in; one
            that is refused is renewed as the log-in was made.
    """

    def __init__(self, environment: Environment, channel: HttpChannel) -> None:
        self.channel = channel
        self._environment = environment
        self._credentials: Credentials | None = None
        self._token = AccessToken(environment.gateway, self._renew)
        channel.token = self._token

    def __repr__(self) -> str:
        return f"<Gateway {self._environment.gateway}>"

    async def authenticate(self, credentials: Credentials) -> Ticket:
        """Trade a password or token for a ticket.

        Raises:
            ConfigError: there is neither.
            GatewayInsecure: it is plain HTTP beyond this machine.
            CertificateError: its certificate is refused.
            GatewayUnreachable: it does not answer.
            GatewayAnswerError: something else answers.
            AuthError: one of its kinds, the refusal.
        """
        self._require_protection()
        body = json_format.MessageToDict(_request(credentials))
        reply = await self.channel.call(HttpRequest("POST", self.url(PATH), json=body))
        ticket = self._ticket(parse(reply, AuthenticateReply()))
        self._credentials = credentials
        self._token.set(ticket.token)
        return ticket

    async def get(self, path: str, query: Sequence[tuple[str, str]], into: Any) -> Any:
        """Look something up, as the account that is logged in.

        Raises:
            GatewayUnreachable: it does not answer.
            GatewayAnswerError: its answer is not one.
            AuthError: the token is refused, and so is another one.
        """
        url = f"{self.url(path)}?{urllib.parse.urlencode(query)}"
        request = HttpRequest("GET", url, authorized=True)
        return parse(await self.channel.call(request), into)

    def url(self, path: str) -> str:
        """Of a service of the gateway."""
        return self._environment.gateway.rstrip("/") + path

    async def close(self, kind: type[ImnbError] = ClosedError) -> None:
        """End its HTTP connections; see `HttpChannel.close`."""
        await self.channel.close(kind)

    async def _renew(self) -> str:
        if self._credentials is None:
            raise ConfigError("there is no access token yet: log in first")
        return (await self.authenticate(self._credentials)).token

    def _require_protection(self) -> None:
        environment = self._environment
        if environment.is_protected or environment.insecure:
            return
        raise GatewayInsecure(
            f"{environment.gateway} is plain HTTP and not on this machine: the "
            "password could be read on the way. Use https, or Environment("
            "insecure=True) where you know the network"
        )

    def _ticket(self, reply: AuthenticateReply) -> Ticket:
        environment = self._environment
        key = environment.server_key or reply.server_key
        where = environment.endpoints or _endpoints(reply)
        if not reply.access_token or not where or len(key) != KEY_BYTES:
            raise GatewayAnswerError(
                f"{environment.gateway} gave {len(reply.endpoints)} endpoints, a "
                f"server key of {len(key)} bytes and "
                f"{'a' if reply.access_token else 'no'} token: is this an imnb gateway?"
            )
        return Ticket(reply.access_token, where, key, reply.environment)


def _endpoints(reply: AuthenticateReply) -> tuple[Endpoint, ...]:
    given = reply.endpoints[:MAX_ENDPOINTS]
    try:
        return tuple(Endpoint(one.host, one.port) for one in given)
    except ConfigError as error:
        raise GatewayAnswerError(f"the gateway gave a bad {error}") from None


def _request(credentials: Credentials) -> AuthenticateRequest:
    request = AuthenticateRequest(user=credentials.user, device=credentials.device)
    if credentials.password:
        request.password = credentials.password
    elif credentials.token:
        request.token = credentials.token
    else:
        raise ConfigError(
            f"no password for {credentials.user!r}: give one to "
            "Client(...) or login(password=...)"
        )
    return request


def refusal(reply: HttpReply) -> ImnbError:
    """What an answer means that is not 200."""
    problem = _message(reply, GatewayProblem())
    said = (problem.message or problem.code)[:MAX_REASON] or "no reason given"
    kind = PROBLEMS.get(problem.code)
    if kind is not None:
        advice = ADVICE[problem.code]
        return kind(said if advice in said else f"{said}: {advice}")
    return GatewayAnswerError(
        f"{reply.address} answered {reply.status}: {said}; check the address, and "
        "what the server logged"
    )


def parse(reply: HttpReply, into: Any) -> Any:
    """The message that an answer has as proto3 JSON.

    Raises:
        GatewayAnswerError: it has none.
        ImnbError: it says why not.
    """
    if reply.status != 200:
        raise refusal(reply)
    return _message(reply, into)


def _message(reply: HttpReply, into: Any) -> Any:
    content = reply.json()
    try:
        if not isinstance(content, dict):
            raise json_format.ParseError("no object")
        return json_format.ParseDict(content, into, ignore_unknown_fields=True)
    except json_format.ParseError:
        raise GatewayAnswerError(
            f"{reply.address} answered {reply.status} with JSON that is no "
            f"{into.DESCRIPTOR.name}: is this an imnb gateway?"
        ) from None

"""Asking the HTTP gateway who we are and where to go."""

import dataclasses
from typing import Any

from google.protobuf import json_format

from imnb.config import Endpoint, Environment
from imnb.engine.channels import HttpChannel
from imnb.engine.http_reply import HttpReply
from imnb.engine.requests import HttpRequest
from imnb.errors import (
    AuthError,
    ConfigError,
    GatewayAnswerError,
    GatewayInsecure,
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
PROBLEMS: dict[str, type[AuthError]] = {
    "wrong_password": WrongPassword,
    "unknown_user": UnknownUser,
    "token_expired": TokenExpired,
    "bad_token": AuthError,
}
ADVICE: dict[str, str] = {
    "wrong_password": "give the right one to login(password=...)",
    "unknown_user": "check the spelling, and which server this is",
    "token_expired": "log in with the password",
    "bad_token": "log in with the password",
}


@dataclasses.dataclass(slots=True)
class Credentials:
    """Who we are, and what proves it."""

    user: str
    device: str
    password: str | None = dataclasses.field(default=None, repr=False)
    token: str | None = dataclasses.field(default=None, repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Ticket:
    """What the gateway gave for one connection."""

    token: str = dataclasses.field(repr=False)
    endpoints: tuple[Endpoint, ...]
    server_key: bytes = dataclasses.field(repr=False)
    environment: str


class Gateway:
    """One environment's gateway."""

    def __init__(self, environment: Environment, channel: HttpChannel) -> None:
        self._environment = environment
        self._channel = channel

    def __repr__(self) -> str:
        return f"<Gateway {self._environment.gateway}>"

    async def authenticate(self, credentials: Credentials) -> Ticket:
        """Trade a password or token for a ticket.

        Raises:
            ConfigError: there is neither.
            GatewayInsecure: it is plain HTTP beyond this machine.
            GatewayUnreachable: it does not answer.
            GatewayAnswerError: something else answers.
            AuthError: one of its kinds, the refusal.
        """
        self._require_protection()
        request = _request(credentials)
        url = self._environment.gateway.rstrip("/") + PATH
        body = json_format.MessageToDict(request)
        reply = await self._channel.call(HttpRequest("POST", url, json=body))
        if reply.status != 200:
            raise _refusal(reply)
        return self._ticket(_parse(reply, AuthenticateReply()))

    async def close(self) -> None:
        """End its HTTP connections."""
        await self._channel.close()

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


def _refusal(reply: HttpReply) -> Exception:
    problem = _parse(reply, GatewayProblem())
    said = (problem.message or problem.code)[:MAX_REASON] or "no reason given"
    kind = PROBLEMS.get(problem.code)
    if kind is not None:
        return kind(f"{said}: {ADVICE[problem.code]}")
    return GatewayAnswerError(
        f"{reply.address} answered {reply.status}: {said}; check the address, and "
        "what the server logged"
    )


def _parse(reply: HttpReply, into: Any) -> Any:
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

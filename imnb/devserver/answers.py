"""How the gateway answers: proto3 JSON, and a `GatewayProblem` for what is not 200."""

from collections.abc import Mapping

from aiohttp import web
from google.protobuf import json_format
from google.protobuf.message import Message

from imnb.errors import AuthError, TokenExpired, UnknownUser, WrongPassword
from imnb.pb import gateway_pb2 as pb

PROBLEMS: tuple[tuple[type[AuthError], int, str], ...] = (
    (UnknownUser, 404, "unknown_user"),
    (WrongPassword, 401, "wrong_password"),
    (TokenExpired, 401, "token_expired"),
    (AuthError, 401, "bad_token"),
)
"""How an error is told; the first one that fits."""


class Problem(Exception):
    """Ends a handler with an answer that is not 200."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self._status = status
        self._code = code
        self._headers = headers or {}

    def answer(self) -> web.Response:
        """What is sent of it."""
        response = problem(self._status, self._code, str(self))
        response.headers.update(self._headers)
        return response


def answer(message: Message) -> web.Response:
    """What was asked for."""
    return _json(200, message)


def problem(status: int, code: str, message: str) -> web.Response:
    """Why it is not given."""
    return _json(status, pb.GatewayProblem(code=code, message=message))


def refusal(error: AuthError) -> web.Response:
    """Somebody is not let in."""
    status, code = next(
        (status, code) for kind, status, code in PROBLEMS if isinstance(error, kind)
    )
    return problem(status, code, str(error))


def _json(status: int, message: Message) -> web.Response:
    return web.Response(
        status=status,
        text=json_format.MessageToJson(message),
        content_type="application/json",
    )

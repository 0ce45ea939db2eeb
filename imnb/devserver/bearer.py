"""Who sends an HTTP request, by its access token."""

from collections.abc import Callable

from aiohttp import web

from imnb.devserver.tokens import Tokens
from imnb.errors import AuthError
from imnb.models.ids import UserId


class Bearer:
    """Checks ``Authorization: Bearer <token>``."""

    def __init__(self, tokens: Tokens, wall_clock: Callable[[], int]) -> None:
        self._tokens = tokens
        self._wall_clock = wall_clock

    def user(self, request: web.Request) -> UserId:
        """The account whose token it is.

        Raises:
            AuthError: there is none, or it is not good.
        """
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise AuthError("this needs an access token: Authorization: Bearer ...")
        return self._tokens.check(token.strip(), self._wall_clock()).user

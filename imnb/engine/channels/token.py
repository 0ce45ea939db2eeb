"""The access token of HTTP requests, renewed once for all that need another."""

import asyncio
import urllib.parse
from collections.abc import Awaitable, Callable

from imnb.errors import ConfigError

Renew = Callable[[], Awaitable[str]]


class AccessToken:
    """One account's token for one server.

    Args:
        base: URL of the server; the token goes nowhere else.
        renew: asks for another token.
    """

    def __init__(self, base: str, renew: Renew) -> None:
        self._origin = _origin(base)
        self._renew = renew
        self._token = ""
        self._turn = asyncio.Lock()
        self._renewals = 0
        self._failure: Exception | None = None

    def __repr__(self) -> str:
        return f"<AccessToken {'known' if self._token else 'unknown'}>"

    def set(self, token: str) -> None:
        """A newer one was given on another way."""
        self._token = token

    async def for_url(self, url: str) -> str:
        """The token for a request.

        Raises:
            ConfigError: the request goes to another server.
        """
        origin = _origin(url)
        if origin != self._origin:
            raise ConfigError(
                f"the access token is for {self._origin} and not sent to {origin}"
            )
        return self._token or await self.newer_than("")

    async def newer_than(self, refused: str) -> str:
        """Another token than the one that was refused.

        Whoever asks while it is being renewed gets the same token, or the same
        error; when the one who renews it is cancelled, the next one does.
        """
        seen = self._renewals
        async with self._turn:
            if self._token != refused:
                return self._token
            if self._renewals != seen and self._failure is not None:
                raise self._failure
            self._failure = None
            try:
                self._token = await self._renew()
            except Exception as error:
                self._failure = error
                raise
            finally:
                self._renewals += 1
        return self._token


def _origin(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{parts.hostname}:{port}"

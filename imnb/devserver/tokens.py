"""Access tokens and passwords.

A token is ``<fields>.<signature>``, both base64url; the fields are JSON. It needs
no table on the server and stays good over a restart with the same identity.
"""

import base64
import binascii
import dataclasses
import hmac
import json

from imnb.devserver.identity import Identity
from imnb.errors import AuthError, TokenExpired, UnknownUser, WrongPassword
from imnb.models.ids import UserId

LIFETIME = 24 * 3600 * 1_000_000
"""Microseconds that a token is good for."""
MAX_TOKEN_CHARACTERS = 2_048


@dataclasses.dataclass(frozen=True, slots=True)
class Token:
    """What a token says, after its signature was checked."""

    user: UserId
    device: str
    expires_at: int
    """Microseconds since 1970, UTC."""


class Tokens:
    """Makes and checks tokens of one server."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def issue(self, user: UserId, device: str, now: int) -> tuple[str, int]:
        """A token, and when it expires."""
        expires_at = now + LIFETIME
        fields = json.dumps(
            [user, device, expires_at], separators=(",", ":"), ensure_ascii=False
        )  # escapes would make a token of emoji too long to be accepted
        signature = self._identity.sign("token", fields)
        return f"{_encode(fields.encode())}.{_encode(signature)}", expires_at

    def check(self, token: str, now: int) -> Token:
        """What the token says.

        Raises:
            TokenExpired: it was good once.
            AuthError: it was never issued by this server.
        """
        fields = self._signed_fields(token)
        if fields is None:
            raise AuthError(
                "the token is none of this server's: log in with the password"
            )
        user, device, expires_at = json.loads(fields)
        if now >= expires_at:
            seconds = (now - expires_at) // 1_000_000
            raise TokenExpired(
                f"the token expired {seconds} s ago: log in with the password"
            )
        return Token(UserId(user), device, expires_at)

    def _signed_fields(self, token: str) -> str | None:
        if len(token) > MAX_TOKEN_CHARACTERS:
            return None
        body, _, tail = token.partition(".")
        try:
            fields, signature = _decode(body).decode(), _decode(tail)
        except (binascii.Error, ValueError):
            return None
        expected = self._identity.sign("token", fields)
        return fields if hmac.compare_digest(signature, expected) else None


class Passwords:
    """Digests of passwords, keyed by the server's secret.

    They keep passwords from lying in a file as text. Whoever has that file has
    the key too: this is a development server.
    """

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._digests: dict[UserId, bytes] = {}

    def __repr__(self) -> str:
        return f"<Passwords of {len(self._digests)} users>"

    def digest(self, user: UserId, password: str) -> bytes:
        """What is kept instead of a password."""
        return self._identity.sign("password", user, password)

    def set_digest(self, user: UserId, digest: bytes) -> None:
        """Keep a digest, instead of an earlier one."""
        self._digests[user] = digest

    def is_right(self, user: UserId, password: str) -> bool:
        """The user is known and this is the password."""
        kept = self._digests.get(user, b"")
        return hmac.compare_digest(kept, self.digest(user, password))

    def check(self, user: UserId, password: str) -> None:
        """Return for the right password.

        Raises:
            UnknownUser: no such account.
            WrongPassword: it is another one.
        """
        if user not in self._digests:
            raise UnknownUser(f"there is no account {user!r} on this server")
        if not self.is_right(user, password):
            raise WrongPassword(f"this is not the password of {user!r}")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    padding = "=" * (-len(text) % 4)
    return base64.b64decode(text + padding, altchars=b"-_", validate=True)

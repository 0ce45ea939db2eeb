"""What makes a server the same server after a restart."""

import dataclasses
import hashlib
import hmac
import json
import secrets

from imnb.wire.noise import generate_private_key, public_key

SECRET_SIZE = 32


@dataclasses.dataclass(frozen=True, slots=True)
class Identity:
    """Keys and the name of the state; nothing of it is ever shown.

    Attributes:
        epoch: names the world that goes with it.
        private_key: static X25519 key of the handshake.
        secret: signs tokens and keeps passwords from being plain in a file.
    """

    epoch: str
    private_key: bytes = dataclasses.field(repr=False)
    secret: bytes = dataclasses.field(repr=False)

    @classmethod
    def new(cls) -> "Identity":
        """A random one."""
        return cls(
            secrets.token_hex(8),
            generate_private_key(),
            secrets.token_bytes(SECRET_SIZE),
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Identity":
        """What `to_bytes` gave."""
        fields = json.loads(data)
        return cls(
            fields["epoch"],
            bytes.fromhex(fields["private_key"]),
            bytes.fromhex(fields["secret"]),
        )

    def to_bytes(self) -> bytes:
        """For the server's own data file."""
        fields = {
            "epoch": self.epoch,
            "private_key": self.private_key.hex(),
            "secret": self.secret.hex(),
        }
        return json.dumps(fields).encode()

    @property
    def public_key(self) -> bytes:
        """What clients must know."""
        return public_key(self.private_key)

    def sign(self, purpose: str, *parts: str) -> bytes:
        """A keyed digest; parts cannot be mistaken for others."""
        text = json.dumps([purpose, *parts])
        return hmac.digest(self.secret, text.encode(), hashlib.sha256)

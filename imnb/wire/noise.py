"""Noise_NK_25519_AESGCM_SHA256: the client knows the server's static key.

Names follow the Noise Protocol Framework, revision 34, sections 5 and 7.4::

    NK:
      <- s
      ...
      -> e, es
      <- e, ee
"""

import enum
import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from imnb.errors import ConfigError, HandshakeError, LocalProtocolError

PROTOCOL_NAME = b"Noise_NK_25519_AESGCM_SHA256"
KEY_SIZE = 32
TAG_SIZE = 16
MAX_MESSAGE = 65_535
"""Bytes of one Noise message, tag included (section 3)."""
NONCE = struct.Struct(">4xQ")
"""AESGCM nonces: 32 zero bits, then the counter, big-endian (section 12.4)."""


class Role(enum.Enum):
    """Which end of a connection this is."""

    CLIENT = "client"
    SERVER = "server"


def generate_private_key() -> bytes:
    """A new X25519 private key, 32 bytes."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_key(private_key: bytes) -> bytes:
    """The public half, 32 bytes."""
    return _private(private_key).public_key().public_bytes_raw()


def fingerprint(key: bytes) -> str:
    """Enough of a public key's hash to compare by eye."""
    return hashlib.sha256(key).hexdigest()[:16]


def _private(key: bytes) -> X25519PrivateKey:
    if len(key) != KEY_SIZE:
        raise ConfigError(f"a key of {len(key)} bytes, X25519 keys have {KEY_SIZE}")
    return X25519PrivateKey.from_private_bytes(key)


class SymmetricState:
    """The running hash, chaining key and cipher of a handshake (section 5.2)."""

    def __init__(self, prologue: bytes) -> None:
        # The name has less than 32 bytes: it is padded, not hashed.
        self.hash = PROTOCOL_NAME.ljust(hashlib.sha256().digest_size, b"\0")
        self._chaining_key = self.hash
        self._key: bytes | None = None
        self._nonce = 0
        self.mix_hash(prologue)

    def mix_hash(self, data: bytes) -> None:
        """MixHash."""
        self.hash = hashlib.sha256(self.hash + data).digest()

    def mix_key(self, secret: bytes) -> None:
        """MixKey."""
        self._chaining_key, self._key = self._expand(secret)
        self._nonce = 0

    def encrypt_and_hash(self, plaintext: bytes) -> bytes:
        """EncryptAndHash; a key was mixed in before."""
        sealed = self._cipher().encrypt(self._next_nonce(), plaintext, self.hash)
        self.mix_hash(sealed)
        return sealed

    def decrypt_and_hash(self, ciphertext: bytes) -> bytes:
        """DecryptAndHash.

        Raises:
            HandshakeError: the keys or prologues of the two ends differ.
        """
        try:
            opened = self._cipher().decrypt(self._next_nonce(), ciphertext, self.hash)
        except InvalidTag:
            raise HandshakeError(
                "the handshake does not decrypt: another server key, environment "
                "or protocol version than the peer's"
            ) from None
        self.mix_hash(ciphertext)
        return opened

    def split(self) -> tuple[bytes, bytes]:
        """Split: the keys of client to server, and of server to client."""
        return self._expand(b"")

    def _expand(self, secret: bytes) -> tuple[bytes, bytes]:
        """HKDF with two outputs (section 4.3)."""
        temporary = hmac.digest(self._chaining_key, secret, "sha256")
        first = hmac.digest(temporary, b"\x01", "sha256")
        return first, hmac.digest(temporary, first + b"\x02", "sha256")

    def _cipher(self) -> AESGCM:
        assert self._key is not None
        return AESGCM(self._key)

    def _next_nonce(self) -> bytes:
        nonce = NONCE.pack(self._nonce)
        self._nonce += 1
        return nonce


class Handshake:
    """One end of an NK handshake: one message each way.

    Args:
        key: the server's static key: public for the client, private for the
            server itself.
        ephemeral: own ephemeral private key, for test vectors only.
    """

    def __init__(
        self, role: Role, key: bytes, prologue: bytes, ephemeral: bytes | None = None
    ) -> None:
        self._role = role
        self._static = _private(key) if role is Role.SERVER else None
        server_public = key if role is Role.CLIENT else public_key(key)
        if len(server_public) != KEY_SIZE:
            raise ConfigError(f"a server key of {len(server_public)} bytes, not 32")
        self._server_public = X25519PublicKey.from_public_bytes(server_public)
        self._ephemeral = _private(ephemeral or generate_private_key())
        self._state = SymmetricState(prologue)
        self._state.mix_hash(server_public)
        self._remote_ephemeral: X25519PublicKey | None = None

    def __repr__(self) -> str:
        return f"<Handshake {self._role.value}>"

    @property
    def hash(self) -> bytes:
        """The handshake hash; the same on both ends at the end."""
        return self._state.hash

    def write(self, payload: bytes = b"") -> bytes:
        """This end's message."""
        public = self._ephemeral.public_key().public_bytes_raw()
        self._state.mix_hash(public)
        if self._role is Role.CLIENT:
            self._mix(self._ephemeral, self._server_public)  # es
        elif self._remote_ephemeral is None:
            raise LocalProtocolError("the server answers a handshake, it starts none")
        else:
            self._mix(self._ephemeral, self._remote_ephemeral)  # ee
        return public + self._state.encrypt_and_hash(payload)

    def read(self, message: bytes) -> bytes:
        """The payload of the other end's message.

        Raises:
            HandshakeError: its size is wrong, or it does not decrypt.
        """
        if not KEY_SIZE + TAG_SIZE <= len(message) <= MAX_MESSAGE:
            raise HandshakeError(
                f"a handshake message of {len(message)} bytes, "
                f"it has {KEY_SIZE + TAG_SIZE} to {MAX_MESSAGE}"
            )
        remote = message[:KEY_SIZE]
        self._remote_ephemeral = X25519PublicKey.from_public_bytes(remote)
        self._state.mix_hash(remote)
        own = self._static if self._role is Role.SERVER else self._ephemeral
        assert own is not None
        self._mix(own, self._remote_ephemeral)  # es for the server, ee for the client
        return self._state.decrypt_and_hash(message[KEY_SIZE:])

    def split(self) -> tuple[bytes, bytes]:
        """The transport keys of this end: for sending, for receiving."""
        to_server, to_client = self._state.split()
        if self._role is Role.CLIENT:
            return to_server, to_client
        return to_client, to_server

    def _mix(self, own: X25519PrivateKey, other: X25519PublicKey) -> None:
        try:
            self._state.mix_key(own.exchange(other))
        except ValueError:  # a point of low order gives an all-zero secret
            raise HandshakeError("the peer's public key is not a usable one") from None

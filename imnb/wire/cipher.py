"""Transport messages after the handshake (Noise, sections 5.1, 11.3 and 12.4).

One direction has one `TransportCipher`. Nonces count messages, so the order of
sealing is the order on the wire. The frame header is the associated data.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from imnb.errors import DecryptError, LocalProtocolError
from imnb.wire.noise import KEY_SIZE, MAX_MESSAGE, NONCE, TAG_SIZE

MAX_CHUNK = MAX_MESSAGE - TAG_SIZE
"""Bytes of a body that one message takes."""
_pack_nonce = NONCE.pack

MAX_NONCE = 2**64 - 1
"""Reserved for Rekey (section 5.1): never sent."""
REKEY_INTERVAL = 2**24
"""Messages under one key; both ends count the same."""


def rekey(key: bytes) -> bytes:
    """REKEY: the first 32 bytes of zeros encrypted under the largest nonce."""
    return AESGCM(key).encrypt(NONCE.pack(MAX_NONCE), bytes(KEY_SIZE), b"")[:KEY_SIZE]


def sealed_size(plain_size: int) -> int:
    """Bytes on the wire of a body of ``plain_size`` bytes."""
    messages = max(1, -(-plain_size // MAX_CHUNK))
    return plain_size + messages * TAG_SIZE


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


class TransportCipher:
    """One direction of an established connection."""

    def __init__(self, key: bytes, rekey_interval: int = REKEY_INTERVAL) -> None:
        self._key = key
        self._aead = AESGCM(key)
        self._interval = rekey_interval
        self._nonce = 0
        self._rekey_at = rekey_interval

    def __repr__(self) -> str:
        return f"<TransportCipher: {self._nonce} messages>"

    def seal(self, plain: bytes, header: bytes) -> bytes:
        """Encrypt a body as one or more messages, full ones first."""
        if len(plain) <= MAX_CHUNK:
            # The nonce first: it may change the key.
            nonce = self._next_nonce()
            return self._aead.encrypt(nonce, plain, header)
        chunks = _cut(plain, MAX_CHUNK)
        return b"".join([self.seal(chunk, header) for chunk in chunks])

    def open(self, sealed: bytes, header: bytes) -> bytes:
        """Decrypt a body.

        Raises:
            DecryptError: altered, replayed, reordered or of another key.
        """
        try:
            if len(sealed) <= MAX_MESSAGE:
                nonce = self._next_nonce()
                return self._aead.decrypt(nonce, sealed, header)
            messages = _cut(sealed, MAX_MESSAGE)
            return b"".join([self.open(message, header) for message in messages])
        except InvalidTag:
            raise DecryptError(
                f"message {self._nonce - 1} of this connection does not decrypt: "
                "it was altered, repeated or reordered on its way"
            ) from None

    def _next_nonce(self) -> bytes:
        nonce = self._nonce
        if nonce == self._rekey_at:
            self._rekey()
        self._nonce = nonce + 1
        return _pack_nonce(nonce)

    def _rekey(self) -> None:
        if self._nonce == MAX_NONCE:
            raise LocalProtocolError("all nonces of this connection are used up")
        self._key = rekey(self._key)
        self._aead = AESGCM(self._key)
        self._rekey_at = min(self._rekey_at + self._interval, MAX_NONCE)

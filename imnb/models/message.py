"""A message that the server has accepted, and one that it has not yet."""

import dataclasses
import enum
import os

from imnb.models.ids import ClientId, ConversationId, UserId

TEXT = "text"
MAX_TEXT_BYTES = 64 * 1024
"""A longer text is refused before it is sent; the server checks it too."""


class SendState(enum.StrEnum):
    """Where one of my own messages is."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """Accepted by the server: it has a place (conversation, seq) and a time.

    Architecture name: ``Model``.
    """

    conversation_id: ConversationId
    seq: int
    client_id: ClientId
    sender_id: UserId
    kind: str
    text: str = dataclasses.field(repr=False)
    content: bytes = dataclasses.field(repr=False)
    sent_at: int
    """Server time in microseconds since 1970, UTC."""

    @property
    def is_text(self) -> bool:
        """Shown as plain text, without help of a plugin."""
        return self.kind == TEXT


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """On its way out: a row of the outbox."""

    conversation_id: ConversationId
    client_id: ClientId
    kind: str
    text: str = dataclasses.field(repr=False)
    content: bytes = dataclasses.field(repr=False)
    created_at: int
    state: SendState = SendState.SENDING
    error: str = ""


def new_client_id(now_us: int, entropy: bytes | None = None) -> ClientId:
    """A UUIDv7 (RFC 9562, section 5.7): sorts by the time it was made.

    Args:
        now_us: microseconds since 1970, UTC.
        entropy: 10 random bytes; from the operating system if not given.
    """
    tail = bytearray(os.urandom(10) if entropy is None else entropy)
    tail[0] = 0x70 | (tail[0] & 0x0F)  # version
    tail[2] = 0x80 | (tail[2] & 0x3F)  # variant
    digits = ((now_us // 1000) & (1 << 48) - 1).to_bytes(6, "big").hex() + tail.hex()
    return ClientId(
        "-".join(
            (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32])
        )
    )

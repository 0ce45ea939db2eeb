"""A message that the server has accepted, and one that it has not yet."""

import dataclasses
import enum
import os

from imnb.models import kinds
from imnb.models.content import NOTHING, Card, Content
from imnb.models.ids import NOBODY, ClientId, ConversationId, UserId

MAX_TEXT_BYTES = 64 * 1024
"""Of one message; the server checks it too."""
MAX_LONG_TEXT_BYTES = 1024 * 1024
"""A text up to here is sent in parts; a longer one is refused before it is sent."""


class SendState(enum.StrEnum):
    """Where one of my own messages is."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclasses.dataclass(frozen=True, slots=True)
class Reaction:
    """Somebody's mark on a message."""

    user_id: UserId
    emoji: str


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """Accepted by the server: it has a place (conversation, seq) and a time.

    Whether it was sent, edited and revoked are separate things; who has received
    and read it follows from `imnb.models.conversation.Member`.

    Architecture name: ``Model``.

    Attributes:
        content: as it came; plugin kinds read it themselves.
        edited_at, revoked_at: microseconds since 1970, UTC; 0: never.
        change_seq: its newest change, in the conversation's count; 0: none yet.
        details: what the content of a built-in kind says; None when it says
            nothing that can be read here.
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
    edited_at: int = 0
    revoked_at: int = 0
    change_seq: int = 0
    reactions: tuple[Reaction, ...] = ()
    details: Content | None = dataclasses.field(default=NOTHING, repr=False)

    @property
    def is_text(self) -> bool:
        """Shown as plain text, without help of a plugin."""
        return self.kind == kinds.TEXT

    @property
    def is_notice(self) -> bool:
        """The server says that something happened."""
        return self.kind == kinds.NOTICE

    @property
    def is_part(self) -> bool:
        """A piece of a longer one, which is not all here yet."""
        return self.kind == kinds.PART

    @property
    def is_encrypted(self) -> bool:
        """It is there, and cannot be read here."""
        return self.kind == kinds.ENCRYPTED

    @property
    def is_edited(self) -> bool:
        """It was written otherwise at first."""
        return self.edited_at > 0

    @property
    def is_revoked(self) -> bool:
        """It was taken back: nothing is left of what it said."""
        return self.revoked_at > 0

    @property
    def is_unknown(self) -> bool:
        """Of a built-in kind, with a content that makes no sense here."""
        return self.details is None and not self.is_revoked

    @property
    def card(self) -> Card | None:
        """The file, place, bundle or notice that it brings."""
        return self.details.card if self.details else None

    @property
    def reply_to(self) -> int:
        """Seq of the message that it answers; 0: none."""
        return self.details.reply_to if self.details else 0

    @property
    def mentions(self) -> tuple[UserId, ...]:
        """User ids, and `imnb.models.content.EVERYBODY`."""
        return self.details.mentions if self.details else ()

    @property
    def forwarded_from(self) -> UserId:
        """Who wrote it, of one that was passed on as it is; or empty."""
        return self.details.forwarded_from if self.details else NOBODY

    def mentions_user(self, user: UserId) -> bool:
        """It is about somebody, by name or as one of all."""
        return self.details is not None and self.details.mentions_user(user)


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

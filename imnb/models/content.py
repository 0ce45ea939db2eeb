"""What a message of a built-in kind carries beside its text."""

import dataclasses

from imnb.models import kinds
from imnb.models.file import FileRef
from imnb.models.ids import NOBODY, ClientId, FileId, UserId

EVERYBODY = UserId("*")
"""Mentions all members of the conversation."""
MAX_MENTIONS = 1_000
MAX_FORWARDED = 100
"""Messages of one bundle."""
MAX_PARTS = 64
MAX_THUMBNAIL_BYTES = 16 * 1024
MAX_CONTENT_BYTES = 256 * 1024
"""Of one message, as it is sent."""


@dataclasses.dataclass(frozen=True, slots=True)
class FileCard:
    """A file of the server, of the kinds image, file and voice.

    Attributes:
        file_id: empty while it is not uploaded.
        name: as the sender calls it; not to be used as a path.
        sha256: of the content, in hex; empty while it is not uploaded.
        mime_type: as the sender says; empty if nobody knows.
        width, height: of an image, in pixels; 0 if unknown.
        duration_ms: of a voice message; 0 if unknown.
        thumbnail: a small JPEG or PNG, or nothing.
    """

    file_id: FileId
    name: str
    size: int
    sha256: str
    mime_type: str = ""
    width: int = 0
    height: int = 0
    duration_ms: int = 0
    thumbnail: bytes = dataclasses.field(default=b"", repr=False)

    @property
    def is_uploaded(self) -> bool:
        """There is something to download."""
        return bool(self.file_id)

    @property
    def ref(self) -> FileRef:
        """What to download."""
        return FileRef(self.file_id, self.name, self.size, self.sha256)

    def uploaded(self, file: FileRef) -> "FileCard":
        """The same card, of a file that the server has now; the name stays."""
        return dataclasses.replace(
            self, file_id=file.file_id, size=file.size, sha256=file.sha256
        )


@dataclasses.dataclass(frozen=True, slots=True)
class LocationCard:
    """A place, in degrees (WGS 84)."""

    latitude: float
    longitude: float
    name: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Forwarded:
    """A message of elsewhere as it was when somebody passed it on."""

    sender_id: UserId
    sender_name: str
    kind: str
    text: str = dataclasses.field(repr=False)
    content: bytes = dataclasses.field(repr=False)
    sent_at: int


@dataclasses.dataclass(frozen=True, slots=True)
class ForwardBundle:
    """Messages of one conversation, oldest first."""

    title: str
    messages: tuple[Forwarded, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened to a conversation; the text says it in English.

    Attributes:
        code: ``renamed``, ``added``, ``removed``, ``left``, ``announcement``, or
            what a later server says.
        actor: who did it.
        user_ids: to whom.
        title: the new one.
    """

    code: str
    actor: UserId
    user_ids: tuple[UserId, ...] = ()
    title: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One piece of a long message; the text is in the message itself.

    Attributes:
        whole_id: names the whole; the last piece has it as its client id too.
        index: from 0.
        kind, content: of the whole.
    """

    whole_id: ClientId
    index: int
    count: int
    kind: str
    content: bytes = dataclasses.field(default=b"", repr=False)


Card = FileCard | LocationCard | ForwardBundle | Notice | Part

CARD_OF: dict[str, type[Card]] = {
    **dict.fromkeys(kinds.WITH_FILE, FileCard),
    kinds.LOCATION: LocationCard,
    kinds.FORWARD: ForwardBundle,
    kinds.NOTICE: Notice,
    kinds.PART: Part,
}
"""What a message of a kind must carry; a text carries no card."""


@dataclasses.dataclass(frozen=True, slots=True)
class Content:
    """All of it.

    Attributes:
        reply_to: seq of the message that this one answers; 0: none.
        mentions: user ids, and `EVERYBODY`.
        forwarded_from: who wrote a message that was passed on as it is; or empty.
    """

    reply_to: int = 0
    mentions: tuple[UserId, ...] = ()
    card: Card | None = None
    forwarded_from: UserId = NOBODY

    def mentions_user(self, user: UserId) -> bool:
        """It is about somebody, by name or as one of all."""
        return user in self.mentions or EVERYBODY in self.mentions


NOTHING = Content()

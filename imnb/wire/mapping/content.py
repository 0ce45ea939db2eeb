"""Content of built-in kinds: bytes and model.

The bytes are of somebody else's making: what makes no sense is an EnvelopeError,
and `details` gives None for it, so that a message is shown as one that cannot be
read. Bundles hold the content of their messages as bytes, so that nothing nests.
"""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from google.protobuf.message import DecodeError

from imnb.errors import EnvelopeError
from imnb.models.content import (
    CARD_OF,
    MAX_CONTENT_BYTES,
    MAX_FORWARDED,
    MAX_MENTIONS,
    MAX_PARTS,
    MAX_THUMBNAIL_BYTES,
    NOTHING,
    Card,
    Content,
    FileCard,
    ForwardBundle,
    Forwarded,
    LocationCard,
    Notice,
    Part,
)
from imnb.models.ids import ClientId, FileId, UserId
from imnb.models.kinds import WITH_CONTENT
from imnb.pb import content_pb2
from imnb.wire.mapping.checks import not_negative, present
from imnb.wire.mapping.file import FILE_ID, SHA256


def details(kind: str, content: bytes) -> Content | None:
    """What the content of a message says; None if it makes no sense.

    Kinds of plugins, and ciphertext, are for somebody else to read: `NOTHING`.
    """
    if kind not in WITH_CONTENT:
        return NOTHING
    try:
        found = from_bytes(content)
    except EnvelopeError:
        return None
    wanted = CARD_OF.get(kind)
    if wanted is not None and not isinstance(found.card, wanted):
        return None
    return found


def from_bytes(content: bytes) -> Content:
    """The model of a received content.

    Raises:
        EnvelopeError: it does not parse, or a value that cannot be.
    """
    if not content:
        return NOTHING
    if len(content) > MAX_CONTENT_BYTES:
        raise EnvelopeError(f"a content of {len(content):,} bytes")
    try:
        read = content_pb2.Content.FromString(content)
    except DecodeError as error:
        raise EnvelopeError(f"a content does not parse: {error}") from None
    return Content(
        reply_to=not_negative(read.reply_to, "reply_to"),
        mentions=_users(read.mentions, "mentions"),
        card=_card(read),
        forwarded_from=UserId(read.forwarded_from),
    )


def to_bytes(content: Content) -> bytes:
    """What is sent of a content; nothing for one that says nothing."""
    written = content_pb2.Content(
        reply_to=content.reply_to,
        mentions=content.mentions,
        forwarded_from=content.forwarded_from,
    )
    if content.card is not None:
        _write(content.card, written)
    return written.SerializeToString(deterministic=True)


def _users(user_ids: Sequence[str], field: str) -> tuple[UserId, ...]:
    if len(user_ids) > MAX_MENTIONS:
        raise EnvelopeError(f"{field} names {len(user_ids)}, at most {MAX_MENTIONS}")
    return tuple(UserId(present(one, field)) for one in user_ids)


def _card(read: content_pb2.Content) -> Card | None:
    field = read.WhichOneof("card")
    return None if field is None else _READERS[field](getattr(read, field))


def _file(read: content_pb2.FileCard) -> FileCard:
    if read.file_id and not FILE_ID.fullmatch(read.file_id):
        raise EnvelopeError("file.file_id cannot be one")
    # Without an id it is on its way to the server, and has no checksum yet.
    if (read.file_id or read.sha256) and not SHA256.fullmatch(read.sha256):
        raise EnvelopeError("file.sha256 is no checksum in hex")
    if len(read.thumbnail) > MAX_THUMBNAIL_BYTES:
        raise EnvelopeError(f"file.thumbnail has {len(read.thumbnail):,} bytes")
    return FileCard(
        file_id=FileId(read.file_id),
        name=read.name,
        size=not_negative(read.size, "file.size"),
        sha256=read.sha256,
        mime_type=read.mime_type,
        width=not_negative(read.width, "file.width"),
        height=not_negative(read.height, "file.height"),
        duration_ms=not_negative(read.duration_ms, "file.duration_ms"),
        thumbnail=read.thumbnail,
    )


def _location(read: content_pb2.LocationCard) -> LocationCard:
    return LocationCard(
        latitude=_degrees(read.latitude, 90, "location.latitude"),
        longitude=_degrees(read.longitude, 180, "location.longitude"),
        name=read.name,
    )


def _degrees(value: float, most: int, field: str) -> float:
    if not math.isfinite(value) or abs(value) > most:
        raise EnvelopeError(f"{field} is {value}, which is nowhere")
    return value


def _bundle(read: content_pb2.ForwardBundle) -> ForwardBundle:
    if not 0 < len(read.messages) <= MAX_FORWARDED:
        raise EnvelopeError(f"a bundle of {len(read.messages)} messages")
    return ForwardBundle(read.title, tuple(map(_forwarded, read.messages)))


def _forwarded(read: content_pb2.Forwarded) -> Forwarded:
    return Forwarded(
        sender_id=UserId(present(read.sender_id, "forwarded.sender_id")),
        sender_name=read.sender_name,
        kind=present(read.kind, "forwarded.kind"),
        text=read.text,
        content=read.content,
        sent_at=not_negative(read.sent_at, "forwarded.sent_at"),
    )


def _notice(read: content_pb2.Notice) -> Notice:
    return Notice(
        code=present(read.code, "notice.code"),
        actor=UserId(read.actor),  # nobody, of an announcement
        user_ids=_users(read.user_ids, "notice.user_ids"),
        title=read.title,
    )


def _part(read: content_pb2.Part) -> Part:
    if not 0 <= read.index < read.count <= MAX_PARTS:
        raise EnvelopeError(f"part {read.index} of {read.count}")
    return Part(
        whole_id=ClientId(present(read.whole_id, "part.whole_id")),
        index=read.index,
        count=read.count,
        kind=present(read.kind, "part.kind"),
        content=read.content,
    )


_READERS: dict[str, Callable[[Any], Card]] = {
    "file": _file,
    "location": _location,
    "forward": _bundle,
    "notice": _notice,
    "part": _part,
}


@functools.singledispatch
def _write(card: object, into: content_pb2.Content) -> None:
    raise TypeError(f"{type(card).__name__} is no card")


@_write.register
def _(card: FileCard, into: content_pb2.Content) -> None:
    into.file.file_id = card.file_id
    into.file.name = card.name
    into.file.size = card.size
    into.file.sha256 = card.sha256
    into.file.mime_type = card.mime_type
    into.file.width = card.width
    into.file.height = card.height
    into.file.duration_ms = card.duration_ms
    into.file.thumbnail = card.thumbnail


@_write.register
def _(card: LocationCard, into: content_pb2.Content) -> None:
    into.location.latitude = card.latitude
    into.location.longitude = card.longitude
    into.location.name = card.name
    into.location.SetInParent()  # the Gulf of Guinea is a place too


@_write.register
def _(card: ForwardBundle, into: content_pb2.Content) -> None:
    into.forward.title = card.title
    for one in card.messages:
        into.forward.messages.add(
            sender_id=one.sender_id,
            sender_name=one.sender_name,
            kind=one.kind,
            text=one.text,
            content=one.content,
            sent_at=one.sent_at,
        )


@_write.register
def _(card: Notice, into: content_pb2.Content) -> None:
    into.notice.code = card.code
    into.notice.actor = card.actor
    into.notice.user_ids.extend(card.user_ids)
    into.notice.title = card.title


@_write.register
def _(card: Part, into: content_pb2.Content) -> None:
    into.part.whole_id = card.whole_id
    into.part.index = card.index
    into.part.count = card.count
    into.part.kind = card.kind
    into.part.content = card.content

"""Messages of particular forms, made from what somebody has at hand."""

import mimetypes
from collections.abc import Mapping, Sequence

from imnb.errors import ConfigError
from imnb.models import kinds
from imnb.models.content import (
    MAX_FORWARDED,
    MAX_THUMBNAIL_BYTES,
    Content,
    FileCard,
    ForwardBundle,
    Forwarded,
)
from imnb.models.ids import NO_FILE, ConversationId, UserId
from imnb.models.image import image_size
from imnb.models.message import Draft, Message, new_client_id

UNKNOWN_TYPE = "application/octet-stream"
_NOT_PASSED_ON = frozenset({kinds.NOTICE, kinds.PART, kinds.ENCRYPTED})


def draft(
    conversation_id: ConversationId,
    now_us: int,
    kind: str,
    text: str = "",
    content: bytes = b"",
) -> Draft:
    """Something new to send, written now."""
    return Draft(
        conversation_id=conversation_id,
        client_id=new_client_id(now_us),
        kind=kind,
        text=text,
        content=content,
        created_at=now_us,
    )


def file_card(name: str, size: int, head: bytes, duration_ms: int = 0) -> FileCard:
    """A file that is not uploaded yet.

    Args:
        name: as others see it; its ending tells the type.
        size: in bytes.
        head: its beginning, `imnb.models.image.HEAD_BYTES` or all of it.
        duration_ms: of a voice message.
    """
    guessed = mimetypes.guess_type(name)[0] or UNKNOWN_TYPE
    width, height = image_size(head)
    # A small image is its own thumbnail.
    is_small = width > 0 and size == len(head) <= MAX_THUMBNAIL_BYTES
    shown = is_small and guessed in {"image/png", "image/jpeg"}
    return FileCard(
        file_id=NO_FILE,
        name=name,
        size=size,
        sha256="",
        mime_type=guessed,
        width=width,
        height=height,
        duration_ms=duration_ms,
        thumbnail=head if shown else b"",
    )


def require_passable(messages: Sequence[Message]) -> None:
    """Can these be passed on?

    Raises:
        ConfigError: there are none or too many, or one that cannot.
    """
    if not 0 < len(messages) <= MAX_FORWARDED:
        raise ConfigError(
            f"{len(messages)} messages to pass on: give 1 to {MAX_FORWARDED}"
        )
    for one in messages:
        if one.kind in _NOT_PASSED_ON or one.is_revoked or one.is_unknown:
            state = "revoked" if one.is_revoked else f"of kind {one.kind!r}"
            raise ConfigError(
                f"message {one.seq} of conversation {one.conversation_id} is {state}: "
                "it cannot be passed on"
            )


def passed_on(message: Message) -> Content:
    """What goes with one message that is passed on as it is.

    Mentions and the message that it answered stay behind: they mean something
    else, or nothing, where it goes.
    """
    origin = message.forwarded_from or message.sender_id
    return Content(card=message.card, forwarded_from=origin)


def bundle(
    messages: Sequence[Message], names: Mapping[UserId, str], title: str
) -> ForwardBundle:
    """Several messages, in the order of their conversation.

    Args:
        messages: see `require_passable`.
        names: of their senders, as far as known.
        title: of the conversation that they are from.
    """
    ordered = sorted(messages, key=lambda one: (one.conversation_id, one.seq))
    return ForwardBundle(
        title,
        tuple(
            Forwarded(
                sender_id=one.sender_id,
                sender_name=names.get(one.sender_id, ""),
                kind=one.kind,
                text=one.text,
                content=one.content,
                sent_at=one.sent_at,
            )
            for one in ordered
        ),
    )

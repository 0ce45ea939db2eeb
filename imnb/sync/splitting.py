"""A draft as the messages that it is sent as: itself, or parts that make it up.

The parts of a draft are the same whenever it is split, ids included, so that
those that the server has already are known to it when they are sent again. The
last one has the id of the whole, whose place it takes when all are there.
"""

import dataclasses
import hashlib
from collections.abc import Iterator

from imnb.models import kinds
from imnb.models.content import Content, Part
from imnb.models.ids import ClientId
from imnb.models.message import MAX_TEXT_BYTES, Draft, new_client_id
from imnb.wire.mapping import content as content_mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """What goes into one message.

    Attributes:
        draft: as it is sent.
        whole: as it is in the outbox.
    """

    draft: Draft
    whole: Draft

    @property
    def is_last(self) -> bool:
        """When it is accepted, so is the whole."""
        return self.draft.client_id == self.whole.client_id


def split(draft: Draft) -> list[Piece]:
    """The pieces of a draft, in order."""
    # No character has more than four bytes: most texts need not be encoded.
    if draft.kind != kinds.TEXT or len(draft.text) * 4 <= MAX_TEXT_BYTES:
        return [Piece(draft, draft)]
    text = draft.text.encode()
    if len(text) <= MAX_TEXT_BYTES:
        return [Piece(draft, draft)]
    texts = list(_cut(text))
    return [
        Piece(_part(draft, one, index, len(texts)), draft)
        for index, one in enumerate(texts)
    ]


def _cut(text: bytes) -> Iterator[str]:
    """Between characters, as rarely as possible."""
    start = 0
    while start < len(text):
        end = start + MAX_TEXT_BYTES
        while end < len(text) and text[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        yield text[start:end].decode()
        start = end


def _part(draft: Draft, text: str, index: int, count: int) -> Draft:
    part = Part(draft.client_id, index, count, draft.kind, draft.content)
    client_id = draft.client_id
    if index < count - 1:
        client_id = _part_id(draft, index)
    return dataclasses.replace(
        draft,
        client_id=client_id,
        kind=kinds.PART,
        text=text,
        content=content_mapping.to_bytes(Content(card=part)),
    )


def _part_id(draft: Draft, index: int) -> ClientId:
    seed = f"{draft.client_id} {index}".encode()
    return new_client_id(draft.created_at, hashlib.sha256(seed).digest()[:10])

"""A list of drafts as one request, and its reply as what becomes of them."""

import dataclasses
from collections.abc import Iterable, Sequence

from imnb.errors import EnvelopeError
from imnb.models.ids import ClientId, UserId
from imnb.models.message import Draft, Message
from imnb.pb.chat_pb2 import OutgoingMessage, SendReply, SendRequest
from imnb.sync.splitting import Piece
from imnb.wire.mapping.content import details

MAX_LIST = 100
"""Messages of one request."""
MAX_LIST_BYTES = 256 * 1024
"""Text and content of one request; a single larger draft goes alone."""


@dataclasses.dataclass(slots=True)
class Outcome:
    """What the server made of a list.

    Attributes:
        accepted: as they were sent.
        finished: drafts that are accepted as a whole.
        refused: why, for good; by the whole's id.
    """

    accepted: list[Message] = dataclasses.field(default_factory=list)
    finished: list[Message] = dataclasses.field(default_factory=list)
    refused: dict[ClientId, str] = dataclasses.field(default_factory=dict)


def next_list(waiting: Iterable[Piece], most: int) -> list[Piece]:
    """The pieces from the front that go in one request, at least one.

    The last part of a long text goes when those before it were accepted: it is what
    tells that the whole was.
    """
    chosen: list[Piece] = []
    size = 0
    for piece in waiting:
        size += len(piece.draft.text.encode()) + len(piece.draft.content)
        if chosen and (len(chosen) >= min(most, MAX_LIST) or size > MAX_LIST_BYTES):
            break
        if chosen and piece.is_last and chosen[-1].whole is piece.whole:
            break
        chosen.append(piece)
    return chosen


def request_of(pieces: Sequence[Piece]) -> SendRequest:
    """One conversation's pieces, in order."""
    return SendRequest(
        conversation_id=pieces[0].draft.conversation_id,
        messages=[
            OutgoingMessage(
                client_id=piece.draft.client_id,
                kind=piece.draft.kind,
                text=piece.draft.text,
                content=piece.draft.content,
            )
            for piece in pieces
        ],
    )


def outcome_of(pieces: Sequence[Piece], reply: SendReply, me: UserId) -> Outcome:
    """Match results with what was sent.

    Raises:
        EnvelopeError: they do not fit together.
    """
    sent = [piece.draft.client_id for piece in pieces]
    if [result.client_id for result in reply.results] != sent:
        raise EnvelopeError(
            f"{len(sent)} messages were sent and {len(reply.results)} results came, "
            "or in another order"
        )
    outcome = Outcome()
    for piece, result in zip(pieces, reply.results, strict=True):
        if result.error:
            outcome.refused.setdefault(piece.whole.client_id, result.error)
        elif result.seq > 0 and result.sent_at >= 0:
            place = result.seq, result.sent_at
            outcome.accepted.append(_message(piece.draft, *place, me))
            if piece.is_last and piece.whole.client_id not in outcome.refused:
                outcome.finished.append(_message(piece.whole, *place, me))
        else:
            raise EnvelopeError(f"a message was accepted with seq {result.seq}")
    return outcome


def _message(draft: Draft, seq: int, sent_at: int, me: UserId) -> Message:
    return Message(
        conversation_id=draft.conversation_id,
        seq=seq,
        client_id=draft.client_id,
        sender_id=me,
        kind=draft.kind,
        text=draft.text,
        content=draft.content,
        sent_at=sent_at,
        details=details(draft.kind, draft.content),
    )

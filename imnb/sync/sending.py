"""A list of drafts as one request, and its reply as what becomes of them."""

import dataclasses
from collections.abc import Iterable, Sequence

from imnb.errors import EnvelopeError
from imnb.models.ids import ClientId, UserId
from imnb.models.message import Draft, Message
from imnb.pb.chat_pb2 import OutgoingMessage, SendReply, SendRequest

MAX_LIST = 100
"""Messages of one request."""
MAX_LIST_BYTES = 256 * 1024
"""Text and content of one request; a single larger draft goes alone."""


@dataclasses.dataclass(slots=True)
class Outcome:
    """What the server made of a list."""

    accepted: list[Message] = dataclasses.field(default_factory=list)
    refused: dict[ClientId, str] = dataclasses.field(default_factory=dict)
    """Why, for good."""


def next_list(waiting: Iterable[Draft], most: int) -> list[Draft]:
    """The drafts from the front that go in one request, at least one."""
    chosen: list[Draft] = []
    size = 0
    for draft in waiting:
        size += len(draft.text.encode()) + len(draft.content)
        if chosen and (len(chosen) >= min(most, MAX_LIST) or size > MAX_LIST_BYTES):
            break
        chosen.append(draft)
    return chosen


def request_of(drafts: Sequence[Draft]) -> SendRequest:
    """One conversation's drafts, in order."""
    return SendRequest(
        conversation_id=drafts[0].conversation_id,
        messages=[
            OutgoingMessage(
                client_id=draft.client_id,
                kind=draft.kind,
                text=draft.text,
                content=draft.content,
            )
            for draft in drafts
        ],
    )


def outcome_of(drafts: Sequence[Draft], reply: SendReply, me: UserId) -> Outcome:
    """Match results with drafts.

    Raises:
        EnvelopeError: they do not fit together.
    """
    sent = [draft.client_id for draft in drafts]
    if [result.client_id for result in reply.results] != sent:
        raise EnvelopeError(
            f"{len(sent)} messages were sent and {len(reply.results)} results came, "
            "or in another order"
        )
    outcome = Outcome()
    for draft, result in zip(drafts, reply.results, strict=True):
        if result.error:
            outcome.refused[draft.client_id] = result.error
        elif result.seq > 0 and result.sent_at >= 0:
            outcome.accepted.append(_message(draft, result.seq, result.sent_at, me))
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
    )

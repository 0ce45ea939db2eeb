"""Lists of drafts and their results."""

import pytest

from imnb.errors import EnvelopeError
from imnb.models.ids import UserId
from imnb.pb.chat_pb2 import SendReply, SendResult
from imnb.sync.sending import MAX_LIST, next_list, outcome_of, request_of
from tests.sync.events import draft

ME = UserId("alice")


def test_a_list_is_bounded_by_count_and_bytes():
    many = [draft(number) for number in range(MAX_LIST + 5)]
    assert next_list(many, MAX_LIST) == many[:MAX_LIST]
    assert next_list(many, 1) == many[:1]
    big = [draft(number, text="x" * 60_000) for number in range(9)]
    assert len(next_list(big, MAX_LIST)) == 4
    alone = [draft(1, content=b"x" * 500_000), draft(2)]
    assert next_list(alone, MAX_LIST) == alone[:1]
    assert next_list([], MAX_LIST) == []


def test_the_request_keeps_order_and_fields():
    request = request_of([draft(1, 7, content=b"\2"), draft(2, 7)])
    assert request.conversation_id == 7
    assert [one.client_id for one in request.messages] == ["draft-7-1", "draft-7-2"]
    first = request.messages[0]
    assert (first.kind, first.text, first.content) == ("text", "draft 1", b"\2")


def test_results_become_messages_and_refusals():
    drafts = [draft(1), draft(2)]
    reply = SendReply(
        results=[
            SendResult(client_id=drafts[0].client_id, seq=4, sent_at=9),
            SendResult(client_id=drafts[1].client_id, error="too rude"),
        ]
    )
    outcome = outcome_of(drafts, reply, ME)
    [message] = outcome.accepted
    assert (message.seq, message.sent_at, message.sender_id) == (4, 9, "alice")
    assert (message.client_id, message.text) == (drafts[0].client_id, "draft 1")
    assert outcome.refused == {drafts[1].client_id: "too rude"}


@pytest.mark.parametrize(
    "results",
    [
        [],
        [SendResult(client_id="other", seq=1)],
        [SendResult(client_id="draft-1-1")],
        [SendResult(client_id="draft-1-1", seq=1, sent_at=-1)],
        [SendResult(client_id="draft-1-1", seq=1)] * 2,
    ],
)
def test_results_that_do_not_fit_are_an_error(results):
    with pytest.raises(EnvelopeError):
        outcome_of([draft(1)], SendReply(results=results), ME)

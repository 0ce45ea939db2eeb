"""Lists of drafts and their results."""

import pytest

from imnb.errors import EnvelopeError
from imnb.models.ids import UserId
from imnb.pb.chat_pb2 import SendReply, SendResult
from imnb.sync.sending import MAX_LIST, next_list, outcome_of, request_of
from imnb.sync.splitting import split
from tests.sync.events import draft

ME = UserId("alice")


def pieces(*drafts):
    return [piece for one in drafts for piece in split(one)]


def test_a_list_is_bounded_by_count_and_bytes():
    many = pieces(*(draft(number) for number in range(MAX_LIST + 5)))
    assert next_list(many, MAX_LIST) == many[:MAX_LIST]
    assert next_list(many, 1) == many[:1]
    big = pieces(*(draft(number, text="x" * 60_000) for number in range(9)))
    assert len(next_list(big, MAX_LIST)) == 4
    alone = pieces(draft(1, kind="poll", content=b"x" * 500_000), draft(2))
    assert next_list(alone, MAX_LIST) == alone[:1]
    assert next_list([], MAX_LIST) == []


def test_the_last_part_goes_when_the_others_were_accepted():
    sent = pieces(draft(1), draft(2, text="x" * 150_000), draft(3))
    assert next_list(sent, MAX_LIST) == sent[:3]
    assert next_list(sent[3:], MAX_LIST) == sent[3:]


def test_the_request_keeps_order_and_fields():
    request = request_of(pieces(draft(1, 7, content=b"\2"), draft(2, 7)))
    assert request.conversation_id == 7
    assert [one.client_id for one in request.messages] == ["draft-7-1", "draft-7-2"]
    first = request.messages[0]
    assert (first.kind, first.text, first.content) == ("text", "draft 1", b"\2")


def test_results_become_messages_and_refusals():
    sent = pieces(draft(1), draft(2))
    reply = SendReply(
        results=[
            SendResult(client_id="draft-1-1", seq=4, sent_at=9),
            SendResult(client_id="draft-1-2", error="too rude"),
        ]
    )
    outcome = outcome_of(sent, reply, ME)
    [message] = outcome.accepted
    assert outcome.finished == [message]
    assert (message.seq, message.sent_at, message.sender_id) == (4, 9, "alice")
    assert (message.client_id, message.text) == ("draft-1-1", "draft 1")
    assert outcome.refused == {"draft-1-2": "too rude"}


def answered(sent, errors=()):
    results = [
        SendResult(client_id=piece.draft.client_id, error=errors[number])
        if number in errors
        else SendResult(client_id=piece.draft.client_id, seq=10 + number, sent_at=9)
        for number, piece in enumerate(sent)
    ]
    return outcome_of(sent, SendReply(results=results), ME)


def test_the_last_part_is_the_whole():
    whole = draft(1, text="x" * 150_000)
    sent = pieces(whole)
    assert answered(sent[:2]).finished == []
    outcome = answered(sent)
    assert [one.kind for one in outcome.accepted] == ["part"] * 3
    [message] = outcome.finished
    assert (message.client_id, message.kind, message.text) == (
        whole.client_id, "text", whole.text,
    )  # fmt: skip
    assert message.seq == 12


def test_the_first_part_that_is_refused_is_the_reason():
    sent = pieces(draft(1, text="x" * 150_000))
    outcome = answered(sent, {0: "no room", 1: "no"})
    assert outcome.refused == {"draft-1-1": "no room"}
    assert outcome.finished == []


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
        outcome_of(pieces(draft(1)), SendReply(results=results), ME)

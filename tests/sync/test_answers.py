import asyncio

import pytest

from imnb.errors import CallRefused
from imnb.models.message import Message
from imnb.sync.answers import Answers

HELLO = Message(1, 1, "a", "alice", "text", "hi", b"", 5)


@pytest.fixture
async def answers() -> Answers:
    return Answers()


async def test_one_answer_for_all_who_ask(answers):
    assert answers.expect("a") is answers.expect("a") is answers.find("a")
    assert answers.open == {"a"}
    waiting = answers.expect("a")
    answers.give("a", HELLO)
    assert await waiting is HELLO
    assert "a" not in answers
    assert answers.find("a") is None


async def test_a_failure_may_go_unheard(answers):
    answers.expect("a")
    answers.give("a", CallRefused("Send", "REFUSED", "no"))
    answers.give("a", HELLO)
    assert len(answers) == 0  # and nothing is logged of it: warnings are errors


async def test_who_gave_up_waiting_is_not_disturbed(answers):
    answers.expect("a").cancel()
    answers.give("a", HELLO)
    assert len(answers) == 0


async def test_a_draft_that_does_not_exist_has_no_answer(answers):
    waiting = answers.expect("a")
    answers.drop("a")
    answers.drop("b")
    with pytest.raises(asyncio.CancelledError):
        await waiting

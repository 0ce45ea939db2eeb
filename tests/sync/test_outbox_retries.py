"""Drafts that failed, and drafts that are too long for one message."""

import asyncio
from typing import Any

import pytest

from imnb.errors import CallRefused, ConnectionLost
from imnb.pb.chat_pb2 import SendRequest
from imnb.store.tables import outbox as outbox_table
from imnb.sync.splitting import split
from tests.eventually import eventually
from tests.sync.events import draft
from tests.sync.outboxes import is_empty, pending, texts


async def failed_draft(outbox, accepting, number: int = 1) -> str:
    accepting.refused = {draft(number).client_id}
    with pytest.raises(CallRefused):
        await (await outbox.add(draft(number)))
    accepting.refused = set()
    return draft(number).client_id


async def test_a_double_click_on_retry_sends_once(outbox, accepting, server, database):
    await outbox.go_online()
    client_id = await failed_draft(outbox, accepting)
    first, second = await asyncio.gather(
        outbox.retry(client_id), outbox.retry(client_id)
    )
    assert first is second
    assert (await first).text == "draft 1"
    assert len(server.requests("Send")) == 2
    assert await outbox.retry(client_id) is None
    assert len(server.requests("Send")) == 2


async def test_retried_and_new_drafts_go_in_the_order_of_the_calls(
    outbox, accepting, database
):
    await outbox.go_online()
    client_id = await failed_draft(outbox, accepting)
    calls = [
        outbox.add(draft(2)), outbox.retry(client_id), outbox.add(draft(3)),
    ]  # fmt: skip
    await asyncio.gather(*calls)
    await eventually(lambda: is_empty(database))
    assert await texts(database) == ["draft 2", "draft 1", "draft 3"]


async def test_a_long_text_is_one_draft_and_one_answer(
    outbox, accepting, server, database
):
    await outbox.go_online()
    long = draft(2, text="x" * 150_000)
    answers = [await outbox.add(one) for one in (draft(1), long, draft(3))]
    messages = await asyncio.gather(*answers)
    assert [one.seq for one in messages] == [1, 4, 5]
    assert messages[1].kind == "text"
    assert messages[1].text == long.text
    kinds = [m.kind for one in server.requests("Send") for m in one.messages]
    assert kinds == ["text", "part", "part", "part", "text"]
    assert await pending(database) == []


async def test_a_long_text_cut_off_in_the_middle_is_sent_again_with_the_same_ids(
    outbox, accepting, server, database
):
    def lose(request: SendRequest) -> Any:
        accepting(SendRequest(messages=request.messages[:2]))
        return ConnectionLost("gone")

    server.answers["Send"] = lose
    await outbox.go_online()
    answer = await outbox.add(draft(1, text="x" * 150_000))
    await eventually(lambda: len(accepting.seqs) == 2)
    server.answers["Send"] = accepting
    await outbox.go_online()
    assert (await answer).seq == 3


async def test_a_long_text_of_which_a_part_is_refused_fails_as_a_whole(
    outbox, accepting, database
):
    await outbox.go_online()
    long = draft(1, text="x" * 150_000)
    first = split(long)[0].draft.client_id
    accepting.refused = {first}  # the last one must not pass for the whole
    with pytest.raises(CallRefused, match="not allowed"):
        await (await outbox.add(long))
    kept = await database.read(lambda c: outbox_table.find(c, long.client_id))
    assert (kept.state, kept.error) == ("failed", "not allowed")

"""Drafts: stored first, sent in order, answered, found again after a crash."""

import asyncio
from typing import Any

import pytest

from imnb.errors import (
    CallRefused,
    ClosedError,
    ConfigError,
    ConnectionLost,
    StoreError,
    TooManyCalls,
)
from imnb.models.ids import UserId
from imnb.pb.chat_pb2 import SendRequest
from imnb.store.tables import message as message_table
from imnb.store.tables import outbox as outbox_table
from imnb.sync import outbox as outbox_module
from imnb.sync.outbox import Outbox
from tests.eventually import eventually
from tests.sync.events import draft, message_event
from tests.sync.outboxes import is_empty, pending, texts


async def test_a_draft_is_in_the_store_before_it_is_on_the_wire(
    outbox, server, database
):
    seen: list[list[str]] = []

    def look(request: SendRequest) -> Any:
        seen.append([one.client_id for one in request.messages])
        return ConnectionLost("gone")

    server.answers["Send"] = look
    await outbox.add(draft(1))
    assert await pending(database) == ["draft 1"]
    assert seen == []
    await outbox.go_online()
    await asyncio.sleep(0.01)
    assert seen == [["draft-1-1"]]
    assert await pending(database) == ["draft 1"]


async def test_accepted_it_moves_from_the_outbox_to_the_messages(
    outbox, accepting, database
):
    await outbox.go_online()
    answer = await outbox.add(draft(1))
    message = await answer
    assert (message.seq, message.sender_id, message.text) == (1, "alice", "draft 1")
    assert await texts(database) == ["draft 1"]
    assert await pending(database) == []


async def test_refused_it_stays_as_failed_and_may_be_sent_again(
    outbox, accepting, database
):
    await outbox.go_online()
    accepting.refused = {draft(1).client_id}
    answer = await outbox.add(draft(1))
    with pytest.raises(CallRefused, match="not allowed"):
        await answer
    kept = await database.read(lambda c: outbox_table.find(c, draft(1).client_id))
    assert (kept.state, kept.error) == ("failed", "not allowed")
    assert await (await outbox.add(draft(2)))
    accepting.refused = set()
    await outbox.retry(draft(1).client_id)
    await eventually(lambda: is_empty(database))
    assert await texts(database) == ["draft 2", "draft 1"]


async def test_offline_drafts_go_in_order_when_there_is_a_connection(
    outbox, accepting, server, database
):
    answers = [await outbox.add(draft(number)) for number in range(5)]
    answers += [await outbox.add(draft(number, 2)) for number in range(3)]
    await outbox.go_online()
    await asyncio.gather(*answers)
    lists = [
        (one.conversation_id, len(one.messages)) for one in server.requests("Send")
    ]
    assert sorted(lists) == [(1, 5), (2, 3)]
    rows = await database.fetch(
        "SELECT text FROM message WHERE conversation_id = 1 ORDER BY seq"
    )
    assert [row[0] for row in rows] == [f"draft {number}" for number in range(5)]


async def test_at_most_one_request_of_a_conversation_is_in_flight(
    outbox, accepting, server
):
    gate: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    server.answers["Send"] = lambda request: gate
    await outbox.go_online()
    answers = [await outbox.add(draft(1)), await outbox.add(draft(2))]
    answers.append(await outbox.add(draft(3)))
    await asyncio.sleep(0.01)
    assert len(server.requests("Send")) == 1
    server.answers["Send"] = accepting
    gate.set_result(accepting(server.requests("Send")[0]))
    await asyncio.gather(*answers)
    assert [len(one.messages) for one in server.requests("Send")] == [1, 2]


async def test_after_a_crash_another_outbox_sends_the_same_in_order(
    outbox, server, database, pipeline, scope, accepting
):
    def lose(request: SendRequest) -> Any:
        accepting(request)  # the server has it, we do not hear of it
        return ConnectionLost("gone")

    server.answers["Send"] = lose
    await outbox.go_online()
    for number in (1, 2):
        await outbox.add(draft(number))
    await asyncio.sleep(0.01)
    await outbox.close()
    server.answers["Send"] = accepting
    again = Outbox(server, database, pipeline, scope, me=UserId("alice"))
    await again.go_online()
    await eventually(lambda: is_empty(database))
    assert await texts(database) == ["draft 1", "draft 2"]
    assert len(accepting.seqs) == 2
    await again.close()


async def test_what_was_accepted_unheard_is_answered_by_the_store(
    outbox, accepting, database
):
    answer = await outbox.add(draft(1))
    event = message_event(1, 1, client_id=draft(1).client_id, sender_id="alice")
    row = (1, 1, event.message.client_id, "alice", "text", "draft 1", b"", 5, 1)
    await database.write(lambda tx: message_table.insert(tx, [row]))
    assert await pending(database) == []
    await outbox.go_online()
    assert (await asyncio.wait_for(answer, 1)).seq == 1


async def test_what_is_added_while_the_store_is_read_keeps_its_place(
    outbox, accepting, database, monkeypatch
):
    await outbox.add(draft(1))
    read = database.read

    async def slow_read(work: Any) -> Any:
        result = await read(work)
        await outbox.add(draft(2))
        await outbox.add(draft(3))
        return result

    monkeypatch.setattr(database, "read", slow_read)
    await outbox.go_online()
    monkeypatch.undo()
    await (await outbox.add(draft(4)))
    assert await texts(database) == ["draft 1", "draft 2", "draft 3", "draft 4"]


async def test_a_discarded_draft_is_not_sent(outbox, accepting, server, database):
    answer = await outbox.add(draft(1))
    await outbox.discard(draft(1).client_id)
    with pytest.raises(CallRefused, match="given up"):
        await answer
    await outbox.go_online()
    await asyncio.sleep(0.01)
    assert server.requests("Send") == []
    assert await pending(database) == []


async def test_what_cannot_be_sent_is_refused_before_it_is_stored(
    outbox, database, monkeypatch
):
    with pytest.raises(ConfigError):
        await outbox.add(draft(1, text=""))
    await outbox.add(draft(2))
    with pytest.raises(ConfigError, match="in the outbox already"):
        await outbox.add(draft(2))
    monkeypatch.setattr(outbox_module, "MAX_DRAFTS", 1)
    with pytest.raises(TooManyCalls):
        await outbox.add(draft(3))
    assert await pending(database) == ["draft 2"]


async def test_closing_tells_who_waits(outbox):
    answer = await outbox.add(draft(1))
    await outbox.close()
    with pytest.raises(ClosedError, match="sent next time"):
        await answer


async def test_who_stops_waiting_has_sent_it_all_the_same(outbox, accepting, database):
    await outbox.go_online()
    adding = asyncio.ensure_future(outbox.add(draft(1)))
    await asyncio.sleep(0)
    adding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await adding
    await eventually(lambda: texts(database))
    assert await texts(database) == ["draft 1"]


async def test_what_was_refused_unheard_is_answered_by_the_store(outbox, database):
    refused, gone = await outbox.add(draft(1)), await outbox.add(draft(2))
    ids = draft(1).client_id, draft(2).client_id
    await database.write(lambda tx: outbox_table.failed(tx, ids[0], "too long"))
    await database.write(lambda tx: outbox_table.discard(tx, ids[1]))
    await outbox.go_online()
    with pytest.raises(CallRefused, match="too long"):
        await asyncio.wait_for(refused, 1)
    with pytest.raises(StoreError, match="not kept in the store any more"):
        await asyncio.wait_for(gone, 1)


async def test_what_cannot_be_stored_can_be_added_again(outbox, database, accepting):
    bad = draft(1, created_at="soon")
    with pytest.raises(StoreError):
        await outbox.add(bad)
    await outbox.go_online()
    assert await (await outbox.add(draft(1)))

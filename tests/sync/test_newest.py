"""The latest screen: stored beside the cursor, and in nobody's way later."""

import pytest

from imnb.errors import ConnectionLost
from imnb.pb import sync_pb2
from imnb.pb.sync_pb2 import ConversationHead, ResetPage
from imnb.store.tables import cursor as cursor_table
from imnb.store.tables import hole
from imnb.sync.newest import Newest
from tests.sync.events import conversation, message, push


def page(conversation_id: int, last: int, **newest: object) -> ResetPage:
    messages = [message(seq, conversation_id) for seq in range(last - 2, last)]
    messages.append(message(last, conversation_id, **newest))
    state = conversation(conversation_id, last)
    return ResetPage(heads=[ConversationHead(conversation=state, messages=messages)])


@pytest.fixture
async def newest(server, database, pipeline) -> Newest:
    await database.write(lambda tx: cursor_table.save(tx, "e", 0))
    pipeline.resume("e", 0)
    return Newest(server, database, pipeline)


async def rows(database) -> list[tuple[int, int]]:
    return await database.fetch("SELECT conversation_id, seq FROM message ORDER BY ALL")


async def test_they_are_stored_and_the_cursor_stays(newest, server, database):
    server.pages = [page(1, 90), page(2, 40)]
    await newest.run()
    assert await rows(database) == [
        *((1, seq) for seq in (88, 89, 90)),
        *((2, seq) for seq in (38, 39, 40)),
    ]
    assert await database.read(cursor_table.load) == ("e", 0)
    assert await database.read(lambda c: hole.load(c, 1)) == []
    [request] = server.requests("Reset")
    assert (request.messages, request.conversations) == (30, 20)
    assert await database.fetch(
        "SELECT conversation_id, last_text, unread FROM conversation ORDER BY 1"
    ) == [(1, "text 90", 90), (2, "text 40", 40)]


async def test_the_events_behind_them_change_nothing_of_them(
    newest, server, database, pipeline
):
    server.pages = [page(1, 90, text="edited", change_seq=3, edited_at=7)]
    await newest.run()
    first = sync_pb2.Edited(conversation_id=1, seq=90, change_seq=2, text="meanwhile")
    edit = sync_pb2.Event(event_seq=91, edited=first)
    pipeline.receive([push(1, 90), sync_pb2.EventPush(events=[edit], head=91)])
    await pipeline.flush()
    assert await rows(database) == [(1, seq) for seq in range(1, 91)]
    assert await database.fetch(
        "SELECT text, edited_at, change_seq, event_seq FROM message WHERE seq = 90"
    ) == [("edited", 7, 3, 90)]
    assert await database.fetch("SELECT last_text, unread FROM conversation") == [
        ("edited", 90)
    ]


async def test_what_came_before_the_connection_was_lost_stays(newest, server, database):
    server.pages = [page(1, 90), ConnectionLost("gone")]
    with pytest.raises(ConnectionLost):
        await newest.run()
    assert len(await rows(database)) == 3
    assert server.streams[0].closed


async def test_names_of_their_senders_are_asked_for(newest, server, pipeline):
    seen: set[str] = set()
    pipeline.listeners.senders = seen.update
    server.pages = [page(1, 90)]
    await newest.run()
    assert seen == {"bob"}

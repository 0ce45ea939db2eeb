"""Events into rows, with the cursor in the same transaction."""

import asyncio
from typing import Any

import pytest

from imnb.errors import ConfigError, EnvelopeError, StoreError
from imnb.pb import model_pb2, sync_pb2
from imnb.store.tables import cursor as cursor_table
from imnb.sync.channels import Channel
from imnb.sync.cursor import NOW
from imnb.sync.plugins import Plugin
from tests.sync.events import conversation, message, message_event, push


async def stored(database) -> list[int]:
    rows = await database.fetch("SELECT seq FROM message ORDER BY event_seq, seq")
    return [row[0] for row in rows]


async def position(database) -> tuple[str, int]:
    return await database.read(cursor_table.load)


async def test_pushes_of_one_read_are_rows_and_cursor_of_one_transaction(
    pipeline, database
):
    told: list[int] = []
    pipeline.listeners.stored = told.append
    pipeline.receive([push(1, 3), push(4, 4), push(5, 9)])
    assert pipeline.cursor.position == 9
    await pipeline.flush()
    assert await stored(database) == list(range(1, 10))
    assert await position(database) == ("", 9)
    assert told == [9]


async def test_every_sort_of_event_is_stored(pipeline, database):
    events = [
        sync_pb2.Event(event_seq=1, conversation=conversation(7)),
        message_event(2, 1, conversation_id=7),
        sync_pb2.Event(
            event_seq=3,
            read=sync_pb2.ReadCursor(conversation_id=7, user_id="alice", seq=1),
        ),
        sync_pb2.Event(event_seq=4, user=model_pb2.User(user_id="bob", name="Robert")),
        message_event(5, 2, conversation_id=7),
    ]
    pipeline.receive([sync_pb2.EventPush(events=events, head=5)])
    await pipeline.flush()
    [(last, unread, text)] = await database.fetch(
        "SELECT last_seq, unread, last_text FROM conversation"
    )
    assert (last, unread, text) == (2, 1, "text 2")
    assert await database.fetch('SELECT user_id, name FROM "user"') == [
        ("bob", "Robert")
    ]
    assert await position(database) == ("", 5)


@pytest.mark.parametrize(
    "fields",
    [
        {"conversation_id": -1},
        {"seq": -1},
        {"sent_at": -1},
        {"sender_id": ""},
        {"kind": ""},
    ],
)
async def test_an_event_that_makes_no_sense_is_reported_and_passed(
    pipeline, database, reports, fields
):
    bad = sync_pb2.Event(event_seq=2, message=message(**{"seq": 9} | fields))
    unknown = sync_pb2.Event(event_seq=3)
    events = [message_event(1), bad, unknown, message_event(4)]
    pipeline.receive([sync_pb2.EventPush(events=events, head=4)])
    await pipeline.flush()
    assert await stored(database) == [1, 4]
    assert await position(database) == ("", 4)
    assert [name for name, _ in reports.seen] == ["event 2", "event 3"]
    assert all(isinstance(error, EnvelopeError) for _, error in reports.seen)


async def test_a_gap_is_told_and_what_came_early_follows(pipeline, database):
    gaps: list[float | None] = []
    pipeline.listeners.gap = lambda: gaps.append(pipeline.cursor.pull_at)
    pipeline.receive([push(1, 2), push(5, 6)])
    assert len(gaps) == 1
    assert pipeline.cursor.behind == 4
    pipeline.pulled(sync_pb2.PullReply(events=push(3, 5).events, head=6))
    await pipeline.flush()
    assert await stored(database) == [1, 2, 3, 4, 5, 6]
    assert pipeline.cursor.pull_at is None


async def test_a_push_that_says_behind_wants_a_pull_at_once(pipeline):
    gaps: list[float | None] = []
    pipeline.listeners.gap = lambda: gaps.append(pipeline.cursor.pull_at)
    pipeline.receive([sync_pb2.EventPush(behind=True, head=40)])
    assert gaps == [NOW]


async def test_duplicates_cost_no_write(pipeline, database):
    pipeline.receive([push(1, 3)])
    await pipeline.flush()
    revision = database.revision
    pipeline.receive([push(1, 3), push(2, 3)])
    await pipeline.flush()
    assert database.revision == revision


async def test_a_batch_that_fails_takes_those_behind_it_along(
    pipeline, database, reports
):
    broken: list[Exception] = []
    pipeline.listeners.broken = broken.append
    pipeline.receive([push(1, 2)])
    await pipeline.flush()
    # What is not null cannot be stored: the writer refuses the row.
    bad = message_event(3)
    pipeline.plugins.register(
        Plugin("bad", frozenset({"x"}), process=lambda rows, _: [(None,) * 9])
    )
    bad.message.kind = "x"
    pipeline.receive([sync_pb2.EventPush(events=[bad], head=3)])
    pipeline.receive([push(4, 5)])
    pipeline.receive([push(6, 6)])
    with pytest.raises(StoreError):
        await pipeline.flush()
    assert await stored(database) == [1, 2]
    assert await position(database) == ("", 2)
    assert len(broken) == 1
    # What still comes is kept; the next synchronisation goes on from the store.
    pipeline.receive([push(7, 7)])
    pipeline.pause()
    await pipeline.settle()
    pipeline.resume("", 2)
    pipeline.receive([push(3, 8)])
    await pipeline.flush()
    assert await stored(database) == list(range(1, 9))


async def test_while_paused_pushes_wait_and_follow(pipeline, database):
    pipeline.receive([push(1, 2)])
    pipeline.pause()
    pipeline.receive([push(3, 4)])
    await pipeline.settle()
    assert await stored(database) == [1, 2]
    pipeline.resume("", 2)
    await pipeline.flush()
    assert await stored(database) == [1, 2, 3, 4]


async def test_plugins_see_only_their_kinds(pipeline, database):
    calls: list[tuple[list[int], str]] = []

    def shout(rows: Any, channel: Channel) -> Any:
        calls.append(([row[1] for row in rows], channel.name))
        return [(*row[:5], row[5].upper(), *row[6:]) for row in rows]

    pipeline.plugins.register(Plugin("shout", frozenset({"loud"}), process=shout))
    pipeline.receive([push(1, 2)])
    assert calls == []
    events = [message_event(3), message_event(4, kind="loud"), message_event(5)]
    pipeline.receive([sync_pb2.EventPush(events=events, head=5)])
    await pipeline.flush()
    assert calls == [([4], "push")]
    rows = await database.fetch("SELECT text FROM message ORDER BY seq")
    assert [row[0] for row in rows][2:] == ["text 3", "TEXT 4", "text 5"]


async def test_third_parties_put_messages_by_a_channel_of_their_own(pipeline, database):
    pipeline.channels.register(Channel("mine", "a file"))
    assert await pipeline.put("mine", [message(4), message(2)]) == 2
    assert await pipeline.put("mine", [message(4)]) == 0
    assert sorted(await stored(database)) == [2, 4]
    assert await position(database) == ("", 0)
    with pytest.raises(ConfigError, match="no channel 'mien'"):
        await pipeline.put("mien", [message(5)])
    with pytest.raises(EnvelopeError, match="seq"):
        await pipeline.put("mine", [message(-5)])


async def test_senders_are_told(pipeline):
    seen: list[set[str]] = []
    pipeline.listeners.senders = seen.append
    events = [message_event(1), message_event(2, sender_id="carol")]
    pipeline.receive([sync_pb2.EventPush(events=events, head=2)])
    assert seen == [{"bob", "carol"}]
    await pipeline.flush()


async def test_closing_the_store_under_it_leaves_nothing_unawaited(pipeline, database):
    pipeline.receive([push(1, 100)])
    await database.close()
    await asyncio.wait_for(pipeline.settle(), 5)


async def test_a_batch_with_gaps_is_pulled_instead(pipeline, database):
    events = [message_event(seq) for seq in (1, 2, 5)]
    pipeline.receive([sync_pb2.EventPush(events=events, head=5)])
    assert (pipeline.cursor.position, pipeline.cursor.pull_at) == (0, NOW)
    with pytest.raises(EnvelopeError, match="from 1 with gaps"):
        pipeline.pulled(sync_pb2.PullReply(events=events, head=5))
    pipeline.pulled(sync_pb2.PullReply(events=push(1, 5).events, head=5))
    await pipeline.flush()
    assert await stored(database) == [1, 2, 3, 4, 5]

import asyncio
import threading

import pandas
import pytest

from imnb.config import Limits
from imnb.errors import (
    ClosedError,
    ConfigError,
    QueryRefused,
    QueryTimeout,
    StoreCorrupt,
    StoreError,
    StoreLocked,
)
from imnb.store.database import Database
from imnb.store.tables import conversation, cursor, message
from tests.store.rows import group, row


def insert(*seqs):
    return lambda tx: message.insert(tx, [row(1, seq) for seq in seqs])


async def stored(db):
    return [r[0] for r in await db.fetch("SELECT seq FROM message ORDER BY seq")]


async def test_a_write_is_there_when_it_returns(db):
    assert await db.write(insert(1, 2)) == 2
    assert await stored(db) == [1, 2]
    assert db.revision == 1
    assert db.pending_rows == 0


async def test_the_bad_one_of_many_fails_alone(db):
    def bad(tx):
        tx.execute("SELECT no_such_column")

    futures = [db.submit(bad if i == 5 else insert(i)) for i in range(10)]
    results = await asyncio.gather(*futures, return_exceptions=True)
    assert isinstance(results.pop(5), StoreError)
    assert results == [1] * 9
    assert await stored(db) == [0, 1, 2, 3, 4, 6, 7, 8, 9]


async def test_the_feed_wakes_after_commit(db):
    seen = []
    mark = db.feed.mark
    db.feed.subscribe(lambda: seen.append(db.revision))
    await db.write(insert(1))
    entries, _ = db.feed.take(mark)
    assert [list(batch.keys) for batch in entries] == [[(1, 1)]]
    assert seen == [1]


async def test_a_read_is_one_snapshot(db):
    await db.write(insert(1))
    reading, go = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work(reader):
        first = reader.fetch("SELECT count(*) FROM message")
        loop.call_soon_threadsafe(reading.set)
        assert go.wait(10)
        return first, reader.fetch("SELECT count(*) FROM message")

    task = asyncio.ensure_future(db.read(work))
    await reading.wait()
    await db.write(insert(2))
    go.set()
    assert await task == ([(1,)], [(1,)])
    assert await stored(db) == [1, 2]


async def test_readers_cannot_write(db):
    with pytest.raises(StoreError, match="read-only"):
        await db.read(lambda reader: reader.fetch("DELETE FROM message"))


async def test_everything_survives_closing(tmp_path):
    path = tmp_path / "x.duckdb"
    db = await Database.open(path, me="me")

    def fill(tx):
        conversation.upsert(tx, [group(1)])
        message.insert(tx, [row(1, seq) for seq in range(1, 1001)])
        cursor.save(tx, "epoch", 1000)

    future = db.submit(fill, 1001)
    await db.close()
    await db.close()
    assert future.done()
    assert not [t for t in threading.enumerate() if t.name.startswith("imnb-")]
    with pytest.raises(ClosedError):
        db.submit(fill)
    with pytest.raises(ClosedError):
        await db.fetch("SELECT 1")
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.duckdb"]
    db = await Database.open(path, me="me")
    assert len(await stored(db)) == 1000
    assert await db.read(cursor.load) == ("epoch", 1000)
    assert await db.write(insert(1000, 1001)) == 1
    await db.close()


async def test_one_owner_in_one_process(tmp_path):
    db = await Database.open(tmp_path / "x.duckdb", me="me")
    with pytest.raises(StoreLocked, match="this process"):
        await Database.open(tmp_path / "x.duckdb", me="me")
    assert await db.write(insert(1)) == 1
    await db.close()


async def test_a_corrupt_file_is_untouched_and_nothing_is_left(tmp_path):
    path = tmp_path / "x.duckdb"
    path.write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreCorrupt, match=r"x\.duckdb"):
        await Database.open(path, me="me")
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.duckdb"]
    assert path.read_bytes() == b"garbage" * 1000
    assert not [t for t in threading.enumerate() if t.name.startswith("imnb-")]


async def test_pressure(db):
    del db
    small = await Database.open(None, me="me", limits=Limits(write_queue_rows=10))
    told = []
    small.on_pressure = told.append
    futures = [small.submit(insert(i), 4) for i in range(4)]
    assert small.pending_rows == 16
    assert told == [True]
    await asyncio.gather(*futures)
    assert told == [True, False]
    assert small.on_pressure is not None
    await small.close()


async def test_sql_gives_a_frame(db):
    await db.write(lambda tx: conversation.upsert(tx, [group(1, "Team")]))
    await db.write(insert(1, 2))
    frame = await db.sql("SELECT title, unread FROM conversations")
    expected = pandas.DataFrame({"title": ["Team"], "unread": [2]})
    pandas.testing.assert_frame_equal(frame, expected)
    counted = await db.sql("SELECT count(*) AS n FROM messages WHERE seq > ?", [1])
    assert counted["n"][0] == 1


async def test_a_query_behind_a_long_one_has_its_own_limit_and_closing_ends_both():
    db = await Database.open(None, me="me")
    long = asyncio.ensure_future(db.sql("SELECT count(*) FROM range(100000000000)"))
    await asyncio.sleep(0)
    with pytest.raises(QueryTimeout, match=r"after 0\.05 s"):
        await db.sql("SELECT 1", timeout=0.05)
    await db.close()
    with pytest.raises(ClosedError):
        await long


async def test_sql_limits(db):
    with pytest.raises(QueryTimeout, match=r"after 0\.05 s"):
        await db.sql(
            "SELECT count(*) FROM range(100000) a, range(10000000) b WHERE a != b",
            timeout=0.05,
        )
    with pytest.raises(QueryRefused, match="more than 3 rows"):
        await db.sql("SELECT * FROM range(4)", limit=3)
    with pytest.raises(ConfigError):
        await db.sql("SELECT 1", limit=0)
    with pytest.raises(ConfigError):
        await db.sql("SELECT 1", timeout=0)
    assert len(await db.sql("SELECT 1")) == 1


FORBIDDEN = [
    "COPY messages TO '{folder}/x.csv'",
    "ATTACH '{folder}/other.duckdb'",
    "PRAGMA database_list",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_blob('{folder}/x.duckdb')",
    "SELECT * FROM '{folder}/x.duckdb'",
    "SELECT * FROM frame",
    "SELECT 1; SELECT 2",
    "commit; insert into hole values (1, 1, 1)",
    "SET lock_configuration = false",
]


@pytest.mark.parametrize("query", FORBIDDEN)
async def test_sql_refuses(tmp_path, query):
    frame = pandas.DataFrame({"a": [1]})
    db = await Database.open(tmp_path / "x.duckdb", me="me")
    await db.write(insert(1))
    with pytest.raises(QueryRefused):
        await db.sql(query.replace("{folder}", str(tmp_path)))
    assert await db.fetch("SELECT count(*) FROM hole") == [(0,)]
    await db.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.duckdb"]
    assert len(frame) == 1


async def test_repr_shows_state(db):
    await db.write(insert(1))
    assert repr(db) == "<Database in memory at revision 1, 0 rows pending>"

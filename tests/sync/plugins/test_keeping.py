"""Tables of plugins: after a crash, after a fault, after an update."""

import asyncio
import dataclasses

import pytest

from imnb.errors import ConfigError
from imnb.store.tables import change, unprocessed
from imnb.store.tables import message as message_table
from imnb.sync.plugins import Plugin
from imnb.sync.plugins import keeping as module
from imnb.sync.plugins.keeping import PluginStores
from tests.eventually import eventually
from tests.sync.events import message
from tests.sync.test_arrivals import push, reacted, revoked

MAKE = "CREATE TABLE seen (seq BIGINT PRIMARY KEY, text VARCHAR)"


def keep(tx, messages):
    for one in messages:
        if one.text == "bad":
            raise RuntimeError("cannot bear it")
        tx.execute("INSERT OR REPLACE INTO seen VALUES (?, ?)", [one.seq, one.text])


NOTE = Plugin("note", frozenset({"a"}), store=keep, tables=(MAKE,))


@pytest.fixture
def stores(database, pipeline):
    pipeline.plugins.register(NOTE)
    return PluginStores(database, pipeline.plugins)


def a(seq, text="x"):
    return {"message": message(seq, kind="a", text=text)}


async def seen(database):
    return await database.fetch("SELECT seq, text FROM seen ORDER BY 1")


async def test_what_is_new_or_changed_is_given_once(stores, pipeline, database):
    given = []
    table = pipeline.plugins
    watch = dataclasses.replace(
        NOTE, name="watch", tables=(), store=lambda _, found: given.extend(found)
    )
    table.register(watch)
    push(pipeline, a(1), {"message": message(2)}, a(3))
    await pipeline.flush()
    await stores.advance()
    await stores.advance()
    assert await seen(database) == [(1, "x"), (3, "x")]
    assert [one.seq for one in given] == [1, 3]
    push(pipeline, reacted(3, 1), revoked(1, 2))
    await pipeline.flush()
    await stores.advance()
    assert [(one.seq, one.is_revoked) for one in given[2:]] == [(1, True), (3, False)]
    assert [one.emoji for one in given[3].reactions] == ["x"]


async def test_another_start_goes_on_where_it_was(stores, pipeline, database):
    push(pipeline, a(1))
    await pipeline.flush()
    await stores.advance()
    await database.write(lambda tx: tx.execute("DELETE FROM seen"))
    again = PluginStores(database, pipeline.plugins)
    push(pipeline, a(2))
    await pipeline.flush()
    await again.advance()
    assert await seen(database) == [(2, "x")]


async def test_a_later_version_changes_its_tables(stores, pipeline, database):
    await stores.advance()
    update = "ALTER TABLE seen ADD COLUMN more INTEGER DEFAULT 7"
    newer = dataclasses.replace(NOTE, name="note", tables=(MAKE, update))
    pipeline.plugins._set([newer])
    await stores.advance()
    await stores.advance()
    assert await database.fetch("SELECT more FROM seen") == []


async def test_pages_end_where_a_revision_ends(stores, pipeline, database, monkeypatch):
    monkeypatch.setattr(module, "PAGE", 2)
    push(pipeline, *(a(seq) for seq in range(1, 6)))
    await pipeline.flush()
    push(pipeline, a(6))
    await pipeline.flush()
    await stores.advance()
    assert len(await seen(database)) == 6


async def test_a_fault_sets_it_aside_and_is_made_good(
    stores, pipeline, database, reports
):
    for seq, text in enumerate(("x", "bad", "y"), start=1):
        push(pipeline, a(seq, text))
        await pipeline.flush()
    await stores.advance()
    await stores.advance()
    assert await seen(database) == [(1, "x")]
    assert [name for name, _ in reports.seen] == ["plugin note, set aside"]
    left = await database.read(lambda cursor: unprocessed.load(cursor, "note", 9))
    assert left == [(1, 2, "note", "RuntimeError: cannot bear it")]
    assert len(await database.fetch("SELECT * FROM message")) == 3
    with pytest.raises(ConfigError, match="failed again"):
        await stores.reprocess("note")

    def mend(tx):
        tx.execute("UPDATE message SET text = 'good' WHERE text = 'bad'")

    await database.write(mend)
    assert await stores.reprocess("note") == 1
    assert await seen(database) == [(1, "x"), (2, "good"), (3, "y")]
    assert await database.fetch("SELECT * FROM unprocessed") == []


async def test_what_process_failed_on_is_processed_again(stores, pipeline, database):
    is_broken = [True]

    def upper(rows, channel):
        if is_broken:
            raise RuntimeError("no")
        return [(*row[:5], row[5].upper(), *row[6:]) for row in rows if row[5] != "z"]

    pipeline.plugins.register(Plugin("upper", frozenset({"b"}), process=upper))
    b = [{"message": message(n, kind="b", text=t)} for n, t in enumerate("xyz", 1)]
    for one in b:
        push(pipeline, one)
    await pipeline.flush()
    with pytest.raises(ConfigError, match="failed again: RuntimeError: no"):
        await stores.reprocess("upper")
    is_broken.clear()
    assert await stores.reprocess("upper") == 3
    rows = await database.fetch("SELECT seq, text FROM message ORDER BY 1")
    assert rows == [(1, "X"), (2, "Y")]
    assert await database.fetch("SELECT * FROM unprocessed") == []
    assert await stores.reprocess("upper") == 0


async def test_it_runs_after_each_commit(stores, pipeline, database, scope):
    task = scope.spawn(stores.run(), "plugin stores")
    push(pipeline, a(1))

    async def is_kept():
        await asyncio.sleep(0)
        tables = await database.fetch(
            "SELECT 1 FROM duckdb_tables() WHERE table_name = 'seen'"
        )
        return bool(tables) and await seen(database) == [(1, "x")]

    await eventually(is_kept)
    await database.write(lambda tx: change.apply(tx, []))
    assert await database.read(lambda c: message_table.has_changed(c, {"a"}, 0))
    task.cancel()

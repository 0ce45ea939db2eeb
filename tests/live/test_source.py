import contextlib

import pytest

from imnb.errors import ClosedError
from imnb.live import rules
from imnb.live import source as source_module
from imnb.live.poller import Poller
from imnb.live.source import Source
from imnb.tasks import TaskScope
from tests.live.stores import ME, open_store, put, row


@pytest.fixture
async def open_source():
    """Makes sources on a store that holds messages 1 to 30 of conversation 1."""
    async with contextlib.AsyncExitStack() as stack:
        database = await open_store()
        stack.push_async_callback(database.close)
        scope = TaskScope("test")
        stack.push_async_callback(scope.close)
        poller = Poller(database, scope, interval=0.001)
        stack.push_async_callback(poller.close)
        await put(database, *[row(1, seq) for seq in range(11, 41)])

        async def make(**settings):
            source = Source(poller, rules.chat(1, ME), scope.report, **settings)
            source.database = database
            await source.open()
            stack.push_async_callback(source.close)
            return source

        yield make


def seqs(source):
    return [r[1] for r in source.snapshot.rows]


async def test_a_source_begins_at_the_newest_end(open_source):
    source = await open_source(window=5)
    assert seqs(source) == [36, 37, 38, 39, 40]
    assert not source.at_start


async def test_paging_back_and_giving_back(open_source):
    source = await open_source(window=5)
    assert await source.load_older(20) == 20
    assert seqs(source)[0] == 16
    assert await source.load_older(20) == 5
    assert await source.load_older(20) == 0
    assert source.at_start
    source.shrink()
    await source._poller.read_now(source._observer)
    assert len(source.snapshot) == 5
    assert not source.at_start


async def test_what_the_store_has_not_is_asked_for(open_source):
    asked = []

    async def fill():
        asked.append(1)
        if len(asked) > 1:
            return 0
        await put(source.database, *[row(1, seq) for seq in range(1, 11)])
        return 10

    source = await open_source(window=30, fill_hole=fill)
    assert await source.load_older(5) == 5
    assert seqs(source)[0] == 6
    assert await source.load_older(50) == 5
    assert await source.load_older(50) == 0
    assert len(asked) == 2


async def test_watchers_run_where_they_are_told_to(open_source):
    calls, heard = [], []
    source = await open_source(window=5, run=calls.append)
    end = source.subscribe(lambda snapshot, changes: heard.append(changes))
    await source.load_older(1)
    assert heard == []
    for call in calls:
        call()
    assert heard[0].inserted == ("#35",)
    end()
    await source.load_older(1)
    assert len(calls) == 1


async def test_after_close_nothing_is_told(open_source):
    source = await open_source(window=5)
    heard = []
    source.subscribe(lambda *_: heard.append(1))
    await source.close()
    await put(source.database, row(1, 41))
    assert heard == []


async def test_the_window_has_an_end_and_it_is_not_the_start(open_source, monkeypatch):
    monkeypatch.setattr(source_module, "MAX_WINDOW", 10)
    source = await open_source(window=5)
    assert await source.load_older(20) == 5
    assert await source.load_older(20) == 0
    assert not source.at_start


async def test_a_source_that_could_not_be_opened_is_not_read_for(open_source):
    source = await open_source(window=5)
    poller, database = source._poller, source.database
    await database.close()
    other = Source(poller, rules.chat(2, ME), print)
    with pytest.raises(ClosedError):
        await other.open()
    assert other._observer not in poller._observers

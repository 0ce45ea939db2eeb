import contextlib

import pytest

from imnb.errors import ClosedError
from imnb.live import rules
from imnb.live.poller import Poller
from imnb.live.source import Source
from imnb.live.window import Window
from imnb.store.tables import hole
from imnb.tasks import TaskScope
from tests.eventually import eventually
from tests.live.stores import ME, open_store, put, row


@pytest.fixture
async def database():
    store = await open_store()
    yield store
    await store.close()


@pytest.fixture
async def open_source(database):
    """Makes sources on a store that holds messages 11 to 40 of conversation 1."""
    async with contextlib.AsyncExitStack() as stack:
        scope = TaskScope("test")
        stack.push_async_callback(scope.close)
        poller = Poller(database, scope, interval=0.001)
        stack.push_async_callback(poller.close)
        await put(database, *[row(1, seq) for seq in range(11, 41)])

        async def make(**settings):
            source = Source(
                poller,
                rules.chat(1, ME),
                scope.report,
                around=lambda seq: rules.chat(1, ME, around=seq),
                **settings,
            )
            source.database = database
            await source.open()
            stack.push_async_callback(source.close)
            return source

        yield make


def _remove(tx, key):
    tx.execute("DELETE FROM message WHERE conversation_id = ? AND seq = ?", key)
    tx.bury("message", [key], tx.next_rev())


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
    await eventually(lambda: len(source.snapshot) == 5)
    assert not source.at_start


class Server:
    """Has what the store lacks: messages 1 to 10 and 41 to 60."""

    def __init__(self, database):
        self.database = database
        self.asked = []

    async def below(self, oldest):
        return await self._bring("below", oldest[1], range(1, 11))

    async def above(self, newest):
        return await self._bring("above", newest[1], range(41, 61))

    async def around(self, place):
        self.asked.append(("around", place))
        return 0

    async def _bring(self, what, edge, seqs):
        self.asked.append((what, edge))
        if len(self.asked) > 1:
            return 0
        await put(self.database, *[row(1, seq) for seq in seqs])
        await self.database.write(lambda tx: hole.fill(tx, 1, seqs[0], seqs[-1]))
        return len(seqs)


async def test_what_the_store_has_not_is_asked_for(open_source, database):
    server = Server(database)
    source = await open_source(window=30, gaps=server)
    assert await source.load_older(5) == 5
    assert seqs(source)[0] == 6
    assert await source.load_older(50) == 5
    assert await source.load_older(50) == 0
    assert server.asked == [("below", 11), ("below", 1)]


async def test_a_jump_shows_what_is_around_and_pages_both_ways(open_source):
    source = await open_source(window=6)
    await source.jump(20)
    assert seqs(source) == [18, 19, 20, 21, 22, 23]
    assert not source.at_end
    await put(source.database, row(1, 41))
    assert await source.load_older(2) == 2
    assert await source.load_newer(2) == 2
    assert seqs(source) == list(range(16, 26))
    assert await source.load_newer(50) == 16
    assert source.at_end
    await put(source.database, row(1, 42))
    await eventually(lambda: seqs(source)[-1] == 42)
    source.shrink()
    await eventually(lambda: seqs(source) == list(range(37, 43)))


async def test_what_changes_around_a_jump_is_shown(open_source):
    source = await open_source(window=6)
    await source.jump(20)
    await source.database.write(lambda tx: _remove(tx, (1, 20)))
    await eventually(lambda: 20 not in seqs(source))
    assert seqs(source) == [17, 18, 19, 21, 22, 23]


async def test_a_jump_stays_between_holes_and_paging_fills_them(open_source, database):
    await put(database, *[row(1, seq) for seq in range(61, 71)])
    await database.write(lambda tx: hole.add(tx, 1, 41, 60))
    server = Server(database)
    source = await open_source(window=6, gaps=server)
    assert seqs(source)[0] == 65
    await source.jump(39)
    assert seqs(source) == list(range(35, 41))
    server.asked.clear()
    assert await source.load_newer(5) == 5
    assert seqs(source) == list(range(35, 46))
    assert await source.load_newer(100) == 25
    assert source.at_end
    assert server.asked == [("above", 40)]


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


async def test_long_paging_gives_back_the_newest(open_source, monkeypatch):
    monkeypatch.setattr("imnb.live.shelf.MAX_SHOWN", 10)
    monkeypatch.setattr(Window.fitted, "__defaults__", (10,))
    source = await open_source(window=5)
    assert await source.load_older(20) == 5
    assert await source.load_older(4) == 4
    assert seqs(source) == list(range(27, 37))
    assert not source.at_end
    assert await source.load_newer(2) == 2
    assert seqs(source) == list(range(29, 39))
    source.shrink()
    await eventually(lambda: seqs(source) == list(range(36, 41)))


async def test_a_delegate_gets_each_kind_of_change(open_source):
    source = await open_source(window=5)
    calls = []

    class Delegate:
        def __getattr__(self, name):
            return lambda snapshot, *keys: calls.append((name, *keys))

    end = source.attach(Delegate())
    await source.load_older(1)
    await source.jump(12)
    end()
    await source.load_newer(1)
    assert calls == [("reset",), ("insert", ("#35",)), ("reset",)]


async def test_a_source_that_could_not_be_opened_is_not_read_for(open_source):
    source = await open_source(window=5)
    poller, database = source._poller, source.database
    await database.close()
    other = Source(poller, rules.chat(2, ME), print)
    with pytest.raises(ClosedError):
        await other.open()
    assert other._observer not in poller._marks

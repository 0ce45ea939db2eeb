import asyncio
import threading

import pytest

from imnb.errors import ClosedError, StoreError
from imnb.store import writer as writer_module
from imnb.store.feed import Feed
from imnb.store.opening import STORE, open_ledger
from imnb.store.writer import Writer


def opener():
    return open_ledger(None, "me", STORE, Feed(), lambda: 0)


@pytest.fixture
async def writer():
    made = Writer("test", max_rows=100)
    await made.start(opener)
    yield made
    await made.close()


def count(tx):
    return tx.fetch("SELECT count(*) FROM hole")[0][0]


def add(tx):
    tx.execute("INSERT INTO hole VALUES (1, 1, 1)")


async def blocked(writer):
    """Keep the thread busy until the event is set."""
    started, go = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def wait(tx):
        loop.call_soon_threadsafe(started.set)
        assert go.wait(10)

    future = writer.submit(wait)
    await started.wait()
    return future, go


async def test_changes_that_wait_are_one_group_in_order(writer):
    future, go = await blocked(writer)
    commits = []
    writer.on_commit = lambda: commits.append(1)
    order = []
    waiting = [writer.submit(lambda tx, i=i: order.append(i)) for i in range(20)]
    go.set()
    await asyncio.gather(future, *waiting)
    assert order == list(range(20))
    assert len(commits) == 2


async def test_pressure_is_told_once_each_way(writer):
    told = []
    writer.on_pressure = told.append
    future, go = await blocked(writer)
    waiting = [writer.submit(add, 30) for _ in range(4)]
    assert writer.pending_rows == 121
    assert told == [True]
    go.set()
    await asyncio.gather(future, *waiting)
    assert (writer.pending_rows, told) == (0, [True, False])


async def test_a_group_is_bounded(writer, monkeypatch):
    monkeypatch.setattr(writer_module, "GROUP_ROWS", 10)
    future, go = await blocked(writer)
    commits = []
    writer.on_commit = lambda: commits.append(1)
    waiting = [writer.submit(add, 5) for _ in range(6)]
    go.set()
    await asyncio.gather(future, *waiting)
    assert len(commits) == 4


async def test_close_commits_what_was_submitted_and_ends_the_thread():
    made = Writer("test-close", max_rows=100)
    await made.start(opener)
    futures = [made.submit(add) for _ in range(5)]
    last = made.submit(count)
    await made.close()
    assert last.result() == 5
    assert all(future.done() for future in futures)
    assert "test-close" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(ClosedError):
        made.submit(add)
    await made.close()


async def test_a_failed_start_ends_the_thread():
    made = Writer("test-failed", max_rows=100)

    def fail():
        raise StoreError("no such place")

    with pytest.raises(StoreError, match="no such place"):
        await made.start(fail)
    assert "test-failed" not in {thread.name for thread in threading.enumerate()}


async def test_who_stops_waiting_does_not_stop_the_change(writer):
    future, go = await blocked(writer)
    abandoned = writer.submit(add)
    abandoned.cancel()
    go.set()
    await future
    assert await writer.submit(count) == 1


async def test_a_checkpoint_when_idle(writer, monkeypatch):
    done = threading.Event()
    monkeypatch.setattr(writer_module, "IDLE", 0.0)
    await writer.submit(add)

    def note(self):
        done.set()

    monkeypatch.setattr("imnb.store.ledger.Ledger.checkpoint", note)
    await writer.submit(add)
    await asyncio.get_running_loop().run_in_executor(None, done.wait, 10)
    assert done.is_set()
    assert repr(writer) == "<Writer 'test': 0 rows pending>"

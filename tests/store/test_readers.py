import asyncio
import threading

import pytest

from imnb.errors import ClosedError, QueryTimeout, StoreError
from imnb.store import readers as readers_module
from imnb.store.connection import Cursor, connect
from imnb.store.readers import Readers

LONG = "SELECT count(*) FROM range(100000000000)"


@pytest.fixture
async def readers():
    duck = connect(None)
    made = Readers("test", [Cursor(duck.cursor()), Cursor(duck.cursor())])
    yield made
    await made.close()
    duck.close()


def one(cursor):
    return cursor.fetch("SELECT 1")


def forever(cursor):
    return cursor.fetch(LONG)


async def test_reads_run_side_by_side_off_the_loop(readers):
    barrier = threading.Barrier(2)
    loop = threading.get_ident()

    def work(cursor):
        barrier.wait(10)
        return threading.get_ident()

    idents = await asyncio.gather(readers.run(work), readers.run(work))
    assert len({*idents, loop}) == 3


async def test_errors_reach_the_caller(readers):
    with pytest.raises(StoreError, match="no_such_column"):
        await readers.run(lambda cursor: cursor.fetch("SELECT no_such_column"))
    assert await readers.run(one) == [(1,)]


async def test_a_time_limit_interrupts(readers):
    with pytest.raises(QueryTimeout):
        await readers.run(lambda cursor: cursor.fetch(LONG), 0.05)
    assert await readers.run(one) == [(1,)]


async def test_cancelling_interrupts(readers):
    started, loop = asyncio.Event(), asyncio.get_running_loop()

    def work(cursor):
        loop.call_soon_threadsafe(started.set)
        return cursor.fetch(LONG)

    tasks = [asyncio.ensure_future(readers.run(work)) for _ in range(3)]
    await started.wait()
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    assert await readers.run(one) == [(1,)]


async def test_a_read_that_ended_does_not_interrupt_the_next(readers):
    for _ in range(20):
        assert await readers.run(one, 0.5) == [(1,)]


async def test_a_time_limit_counts_the_waiting(readers):
    go = threading.Event()
    busy = [asyncio.ensure_future(readers.run(lambda _: go.wait(10))) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(QueryTimeout):
        await readers.run(one, 0.01)
    go.set()
    assert await asyncio.gather(*busy) == [True, True]


async def test_an_interrupt_leaves_no_transaction_open(readers):
    """DuckDB may end a BEGIN or ROLLBACK half-way when it is interrupted."""
    begun, go, loop = asyncio.Event(), threading.Event(), asyncio.get_running_loop()

    def left_open(cursor):
        cursor.fetch("BEGIN")
        loop.call_soon_threadsafe(begun.set)
        go.wait(10)

    def in_transaction(cursor):
        cursor.fetch("BEGIN")
        cursor.fetch("ROLLBACK")

    reading = asyncio.ensure_future(readers.run(left_open))
    await begun.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    go.set()
    await asyncio.gather(*(readers.run(in_transaction) for _ in range(4)))


async def test_waiting_reads_are_bounded(readers, monkeypatch):
    monkeypatch.setattr(readers_module, "MAX_WAITING", 2)
    go = threading.Event()
    tasks = [
        asyncio.ensure_future(readers.run(lambda cursor: go.wait(10))) for _ in range(2)
    ]
    await asyncio.sleep(0)
    with pytest.raises(StoreError, match="2 reads are waiting"):
        await readers.run(one)
    go.set()
    assert await asyncio.gather(*tasks) == [True, True]
    assert await readers.run(one) == [(1,)]


async def test_close_ends_the_threads_and_refuses(readers):
    await readers.run(one)
    await readers.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("test-")]
    with pytest.raises(ClosedError):
        await readers.run(one)


async def test_close_waits_for_reads_or_interrupts_them_in_a_hurry(readers):
    reads = [asyncio.ensure_future(readers.run(work)) for work in [forever] * 2 + [one]]
    await asyncio.sleep(0)
    await readers.close(hurry=True)
    results = await asyncio.gather(*reads, return_exceptions=True)
    assert [type(result) for result in results] == [ClosedError] * 3


async def test_no_thread_before_the_first_read(readers):
    assert not [t for t in threading.enumerate() if t.name.startswith("test-")]

import asyncio
import math

import pytest

from imnb.engine.patience import patience


async def test_what_takes_too_long_is_given_up(virtual):
    start = virtual.now
    with pytest.raises(TimeoutError):
        async with patience(5):
            await asyncio.Event().wait()
    assert virtual.now - start == pytest.approx(5, abs=0.2)


async def test_a_frozen_loop_uses_nothing_up(virtual):
    async with patience(5):
        await virtual.advance(2)
        virtual.freeze(600)
        await virtual.advance(2)


@pytest.mark.parametrize("seconds", [5, math.inf])
async def test_afterwards_nothing_is_left(virtual, seconds):
    async with patience(seconds):
        await virtual.advance(1)
    await virtual.advance(10)
    loop = asyncio.get_running_loop()
    assert [handle for handle in loop._scheduled if not handle.cancelled()] == []


async def test_a_cancellation_stays_one(virtual):
    async def wait():
        async with patience(5):
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await virtual.settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_moves_enough_may_go_on_for_ever(virtual):
    async with patience(5, least=100) as left:
        for _ in range(20):
            await virtual.advance(4)
            left.moved(100)


async def test_a_crawl_is_a_standstill(virtual):
    async def crawl():
        async with patience(5, least=100) as left:
            while True:
                await virtual.advance(1)
                left.moved(19)

    start = virtual.now
    with pytest.raises(TimeoutError):
        await crawl()
    assert virtual.now - start == pytest.approx(5, abs=1.1)


async def test_a_pause_uses_nothing_up(virtual):
    async with patience(5) as left:
        await virtual.advance(3)
        with left.pause():
            await virtual.advance(60)
        assert repr(left) == "<Patience: 2.0 s>"
        await virtual.advance(1)

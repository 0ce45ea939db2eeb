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

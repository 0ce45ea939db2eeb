import asyncio
import gc

import pytest

from imnb.client.registry import Registry


class Thing:
    """Notes when it is closed; `hold` makes that take time."""

    def __init__(self, log, name, hold=None, error=None):
        self.log, self.name, self.hold, self.error = log, name, hold, error

    async def close(self, reason):
        if self.hold is not None:
            await self.hold.wait()
        self.log.append(self.name)
        if self.error is not None:
            raise self.error


async def test_the_later_of_the_same_closes_the_earlier():
    registry, log = Registry(), []
    first, second, other = (Thing(log, name) for name in "abc")
    await registry.enter(["alice"], first)
    await registry.enter(["bob"], other)
    await registry.enter(["alice"], second)
    assert log == ["a"]
    assert len(registry) == 2
    assert repr(registry) == "<Registry of 2 clients>"


async def test_one_key_in_common_is_enough():
    registry, log = Registry(), []
    first, second, third = (Thing(log, name) for name in "abc")
    await registry.enter(["session 1", "store 1"], first)
    await registry.enter(["session 2", "store 2"], second)
    await registry.enter(["session 1", "store 2"], third)
    assert log == ["a", "b"]
    assert len(registry) == 1


async def test_entering_again_closes_nothing():
    registry, log = Registry(), []
    thing = Thing(log, "a")
    await registry.enter(["alice"], thing)
    await registry.enter(["alice"], thing)
    assert log == []


async def test_who_left_is_not_closed():
    registry, log = Registry(), []
    first, second = Thing(log, "a"), Thing(log, "b")
    await registry.enter(["alice", "store"], first)
    registry.leave(first)
    registry.leave(first)
    await registry.enter(["alice"], second)
    registry.leave(first)
    assert log == []
    assert len(registry) == 1


async def test_of_several_that_wait_for_an_earlier_one_the_last_stays():
    registry, log, hold = Registry(), [], asyncio.Event()
    first = Thing(log, "first", hold)
    await registry.enter(["alice"], first)
    second, third = Thing(log, "second"), Thing(log, "third")
    waiting = [
        asyncio.create_task(registry.enter(["alice"], one)) for one in (second, third)
    ]
    await asyncio.sleep(0)
    hold.set()
    await asyncio.gather(*waiting)
    assert log.count("second") == 1
    assert "third" not in log
    assert len(registry) == 1


async def test_an_earlier_one_that_cannot_be_closed_is_in_the_way_once():
    registry, log = Registry(), []
    first = Thing(log, "a", error=OSError("stuck"))
    await registry.enter(["alice"], first)
    second = Thing(log, "b")
    with pytest.raises(OSError, match="stuck"):
        await registry.enter(["alice"], second)
    await registry.enter(["alice"], second)
    assert log == ["a"]


async def test_a_forgotten_client_is_not_kept_alive():
    registry = Registry()
    await registry.enter(["alice"], Thing([], "a"))
    gc.collect()
    assert len(registry) == 0


def test_one_of_another_loop_ended_with_it():
    registry, log = Registry(), []
    first, second = Thing(log, "a"), Thing(log, "b")
    asyncio.run(registry.enter(["alice"], first))
    asyncio.run(registry.enter(["alice"], second))
    assert log == []
    assert len(registry) == 1

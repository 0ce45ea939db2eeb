"""A subscriber whose messages would each have a lane of their own."""

import asyncio
import collections

import pytest

from imnb.engine import lanes as module
from imnb.engine.lanes import Lanes, Missed, Subscriber
from imnb.tasks import TaskScope


@pytest.fixture
async def lanes(virtual, monkeypatch):
    monkeypatch.setattr(module, "LANES_LIMIT", 4)
    scope = TaskScope("test")
    made = Lanes(scope, timeout=1e6)
    yield made
    scope.raise_errors()
    await scope.close()


async def test_those_beyond_the_limit_share_one_and_nothing_is_lost(virtual, lanes):
    seen = []
    who = Subscriber("EventPush", seen.append)
    for key in range(100):
        lanes.post(who, key, key)
    assert (who.lanes, who.waiting) == (5, 100)
    assert "5 with 100" in repr(lanes)
    await virtual.settle(200)
    assert sorted(seen) == list(range(100))
    assert (who.lanes, who.waiting, lanes.dropped) == (0, 0, 0)


async def test_order_is_kept_while_a_lane_is_shared_and_after(virtual, lanes):
    seen = collections.defaultdict(list)

    async def handle(item):
        key, number = item
        await asyncio.sleep((key + number) % 3)
        seen[key].append(number)

    who = Subscriber("EventPush", handle)
    for number in range(12):
        for key in range(9):
            lanes.post(who, key, (key, number))
        await virtual.advance(5)  # some lanes end meanwhile
    await virtual.advance(200)
    assert seen == {key: list(range(12)) for key in range(9)}
    assert who.lanes == 0


async def test_one_subscribers_lanes_are_not_anothers(virtual, lanes):
    gate, seen = asyncio.Event(), []

    async def wait(item):
        await gate.wait()

    greedy, other = Subscriber("A", wait), Subscriber("B", seen.append)
    for key in range(20):
        lanes.post(greedy, key, key)
    lanes.post(other, 1, "here")
    await virtual.settle()
    assert seen == ["here"]
    gate.set()
    await virtual.settle()


async def test_the_shared_lane_overflows_like_others(virtual, lanes, monkeypatch):
    monkeypatch.setattr(module, "LANE_LIMIT", 5)
    seen, gate = [], asyncio.Event()

    async def handle(item):
        await gate.wait()

    who = Subscriber("EventPush", handle, behind=seen.append)
    for key in range(10):
        lanes.post(who, key, key)
    gate.set()
    await virtual.settle()
    assert seen == [Missed(5, None)]
    assert (lanes.dropped, who.lanes) == (5, 0)

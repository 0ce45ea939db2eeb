import asyncio
import collections

import pytest

from imnb.engine import lanes as module
from imnb.engine.lanes import BATCH, CONCURRENCY, Lanes
from imnb.errors import BackgroundError
from imnb.tasks import TaskScope


@pytest.fixture
async def scope():
    made = TaskScope("test")
    yield made
    await made.close()


async def test_order_is_kept_in_a_lane_though_lanes_run_side_by_side(virtual, scope):
    lanes, seen = Lanes(scope), collections.defaultdict(list)

    async def handle(item):
        key, number = item
        # Earlier messages take longer: order is not luck.
        await asyncio.sleep((10 - number) / 10)
        seen[key].append(number)

    for number in range(10):
        for key in "abc":
            lanes.post(key, "Push", handle, (key, number))
    start = virtual.now
    await virtual.advance(60)
    assert seen == {key: list(range(10)) for key in "abc"}
    assert virtual.now - start == pytest.approx(60)
    assert len(scope) == 0
    assert "0 with 0" in repr(lanes)


async def test_a_slow_handler_delays_its_own_lane_only(virtual, scope):
    lanes, seen = Lanes(scope), []
    never = asyncio.Event()

    async def handle(item):
        if item == "slow":
            await never.wait()
        seen.append(item)

    lanes.post("a", "Push", handle, "slow")
    lanes.post("a", "Push", handle, "behind it")
    for number in range(100):
        lanes.post("b", "Push", handle, number)
    await virtual.settle(300)
    assert seen == list(range(100))
    never.set()
    await virtual.settle()
    assert seen[-2:] == ["slow", "behind it"]


async def test_a_lane_that_comes_later_does_not_wait_for_a_slow_one(virtual, scope):
    lanes, seen = Lanes(scope), []

    async def slow(item):
        await asyncio.Event().wait()

    for key in range(CONCURRENCY - 1):
        lanes.post(key, "Push", slow, "slow")
        await virtual.settle()
    lanes.post("late", "Push", seen.append, "late")
    await virtual.settle()
    assert seen == ["late"]


async def test_a_handler_whose_own_task_was_cancelled_fails_alone(virtual, scope):
    lanes, seen = Lanes(scope), []

    async def handle(item):
        waited_for = asyncio.get_running_loop().create_future()
        waited_for.cancel()
        await waited_for

    lanes.post("a", "EventPush", handle, 1)
    lanes.post("a", "EventPush", seen.append, 2)
    await virtual.settle()
    assert seen == [2]
    with pytest.raises(BackgroundError, match=r"EventPush \(CancelledError\)"):
        scope.raise_errors()


async def test_a_failing_handler_is_reported_and_the_lane_goes_on(virtual, scope):
    lanes, seen = Lanes(scope), []

    def handle(item):
        if item == 1:
            raise ValueError("bug")
        seen.append(item)

    for number in range(4):
        lanes.post("a", "EventPush", handle, number)
    await virtual.settle()
    assert seen == [0, 2, 3]
    with pytest.raises(BackgroundError, match=r"handler of EventPush \(ValueError\)"):
        scope.raise_errors()


async def test_not_more_than_so_many_run_at_once(virtual, scope):
    lanes = Lanes(scope)
    running, most = 0, 0

    async def handle(item):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(1)
        running -= 1

    for key in range(100):
        lanes.post(key, "Push", handle, key)
    await virtual.advance(10)
    assert most == CONCURRENCY
    assert running == 0


async def test_the_newest_is_dropped_when_a_lane_is_full(virtual, scope, monkeypatch):
    monkeypatch.setattr(module, "LANE_LIMIT", 5)
    lanes, seen = Lanes(scope), []
    gate = asyncio.Event()

    async def handle(item):
        await gate.wait()
        seen.append(item)

    for number in range(9):
        lanes.post("a", "Push", handle, number)
    lanes.post("b", "Push", handle, "other")
    gate.set()
    await virtual.settle()
    assert sorted(map(str, seen)) == ["0", "1", "2", "3", "4", "other"]
    assert lanes.dropped == 4
    with pytest.raises(BackgroundError, match="ImnbError") as caught:
        scope.raise_errors()
    assert "5 messages wait" in str(caught.value.__cause__)
    assert str(caught.value).count("Push") == 1
    lanes.post("a", "Push", handle, "again")
    await virtual.settle()
    assert seen[-1] == "again"


async def test_all_lanes_together_are_bounded(virtual, scope, monkeypatch):
    monkeypatch.setattr(module, "TOTAL_LIMIT", 10)
    lanes, seen = Lanes(scope), []
    for key in range(30):
        lanes.post(key, "Push", seen.append, key)
    await virtual.settle()
    assert seen == list(range(10))
    assert lanes.dropped == 20
    assert "0 with 0" in repr(lanes)
    with pytest.raises(BackgroundError) as caught:
        scope.raise_errors()
    assert "10 messages wait" in str(caught.value.__cause__)
    assert str(caught.value).count("Push") == 1


async def test_what_finds_no_room_leaves_no_lane(virtual, scope, monkeypatch):
    monkeypatch.setattr(module, "TOTAL_LIMIT", 5)
    lanes = Lanes(scope)
    for key in range(100):
        lanes.post(key, "Push", print, key)
    assert repr(lanes) == "<Lanes: 5 with 5 messages>"


async def test_a_long_lane_gives_others_their_turn(virtual, scope):
    lanes, seen = Lanes(scope), []
    for number in range(4 * BATCH):
        lanes.post("long", "Push", seen.append, number)
    lanes.post("short", "Push", seen.append, "short")
    await virtual.settle()
    assert seen.index("short") <= 2 * BATCH


async def test_closing_the_scope_ends_the_handlers(virtual, scope):
    lanes = Lanes(scope)
    ended = []

    async def handle(item):
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(item)

    lanes.post("a", "Push", handle, 1)
    await virtual.settle()
    await scope.close()
    assert ended == [1]

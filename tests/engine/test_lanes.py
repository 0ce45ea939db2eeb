import asyncio
import collections

import pytest

from imnb.engine.lanes import BATCH, CONCURRENCY, Lanes, Subscriber
from imnb.errors import BackgroundError
from imnb.tasks import TaskScope


@pytest.fixture
async def scope():
    made = TaskScope("test")
    yield made
    await made.close()


@pytest.fixture
def lanes(scope):
    return Lanes(scope, timeout=30.0)


def subscriber(handler):
    return Subscriber("EventPush", handler)


async def for_ever(item):
    await asyncio.Event().wait()


async def test_order_is_kept_in_a_lane_though_lanes_run_side_by_side(
    virtual, scope, lanes
):
    seen = collections.defaultdict(list)

    async def handle(item):
        key, number = item
        # Earlier messages take longer: order is not luck.
        await asyncio.sleep((10 - number) / 10)
        seen[key].append(number)

    who = subscriber(handle)
    for number in range(10):
        for key in "abc":
            lanes.post(who, key, (key, number))
    await virtual.advance(5.5)
    assert seen == {key: list(range(10)) for key in "abc"}
    assert len(scope) == 0
    assert "0 with 0" in repr(lanes)
    assert who.waiting == 0


async def test_a_slow_handler_delays_its_own_lane_only(virtual, lanes):
    seen = []
    gate = asyncio.Event()

    async def handle(item):
        if item == "slow":
            await gate.wait()
        seen.append(item)

    who = subscriber(handle)
    lanes.post(who, "a", "slow")
    lanes.post(who, "a", "behind it")
    for number in range(100):
        lanes.post(who, "b", number)
    await virtual.settle(300)
    assert seen == list(range(100))
    gate.set()
    await virtual.settle()
    assert seen[-2:] == ["slow", "behind it"]


async def test_a_lane_that_comes_later_does_not_wait_for_a_slow_one(virtual, lanes):
    seen, slow = [], subscriber(for_ever)
    for key in range(CONCURRENCY - 1):
        lanes.post(slow, key, "slow")
        await virtual.settle()
    lanes.post(subscriber(seen.append), "late", "late")
    await virtual.settle()
    assert seen == ["late"]


async def test_a_handler_that_takes_too_long_is_cut_off(virtual, scope, lanes):
    ended = []

    async def handle(item):
        try:
            await asyncio.sleep(100 if item == "slow" else 20)
            ended.append(item)
        finally:
            ended.append(virtual.now)

    begin = virtual.now
    who = subscriber(handle)
    lanes.post(who, "a", "slow")
    lanes.post(who, "a", "quicker")
    await virtual.advance(60)
    assert ended == [
        pytest.approx(begin + 30, abs=0.5),
        "quicker",
        pytest.approx(begin + 50, abs=0.5),
    ]
    assert lanes.cut_off == 1
    with pytest.raises(BackgroundError, match="handler of EventPush") as caught:
        scope.raise_errors()
    assert "longer than 30 s" in str(caught.value.__cause__)


async def test_a_frozen_loop_is_not_the_handlers_time(virtual, lanes):
    seen = []

    async def handle(item):
        await asyncio.sleep(25)
        await asyncio.sleep(0)
        seen.append(item)

    lanes.post(subscriber(handle), "a", 1)
    await virtual.advance(1)
    virtual.freeze(300)
    await virtual.advance(1)
    assert seen == [1]
    assert lanes.cut_off == 0


async def test_a_time_out_of_the_handlers_own_is_its_failure(virtual, scope, lanes):
    async def handle(item):
        raise TimeoutError("of something else")

    lanes.post(subscriber(handle), "a", 1)
    await virtual.settle()
    assert lanes.cut_off == 0
    with pytest.raises(BackgroundError) as caught:
        scope.raise_errors()
    assert str(caught.value.__cause__) == "of something else"


async def test_a_handler_whose_own_task_was_cancelled_fails_alone(
    virtual, scope, lanes
):
    seen = []

    async def handle(item):
        if item == 2:
            seen.append(item)
            return
        waited_for = asyncio.get_running_loop().create_future()
        waited_for.cancel()
        await waited_for

    who = subscriber(handle)
    lanes.post(who, "a", 1)
    lanes.post(who, "a", 2)
    await virtual.settle()
    assert seen == [2]
    with pytest.raises(BackgroundError, match=r"EventPush \(CancelledError\)"):
        scope.raise_errors()


async def test_a_failing_handler_is_reported_and_the_lane_goes_on(
    virtual, scope, lanes
):
    seen = []

    def handle(item):
        if item == 1:
            raise ValueError("bug")
        seen.append(item)

    who = subscriber(handle)
    for number in range(4):
        lanes.post(who, "a", number)
    await virtual.settle()
    assert seen == [0, 2, 3]
    with pytest.raises(BackgroundError, match=r"handler of EventPush \(ValueError\)"):
        scope.raise_errors()


async def test_not_more_than_so_many_run_at_once(virtual, lanes):
    running, most = 0, 0

    async def handle(item):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(1)
        running -= 1

    who = subscriber(handle)
    for key in range(100):
        lanes.post(who, key, key)
    await virtual.advance(10)
    assert most == CONCURRENCY
    assert running == 0


async def test_a_long_lane_gives_others_their_turn(virtual, lanes):
    seen = []
    who = subscriber(seen.append)
    for number in range(4 * BATCH):
        lanes.post(who, "long", number)
    lanes.post(who, "short", "short")
    await virtual.settle()
    assert seen.index("short") <= 2 * BATCH


async def test_closing_the_scope_ends_the_handlers(virtual, scope, lanes):
    ended = []

    async def handle(item):
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(item)

    lanes.post(subscriber(handle), "a", 1)
    await virtual.settle()
    await scope.close()
    assert ended == [1]

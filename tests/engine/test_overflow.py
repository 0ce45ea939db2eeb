"""What happens to messages for which handlers are too slow: the written rule."""

import asyncio

import pytest

from imnb.engine import lanes as module
from imnb.engine.lanes import Lanes, Missed, Subscriber
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


def subscriber(handler, behind=None):
    return Subscriber("EventPush", handler, behind)


async def for_ever(item):
    await asyncio.Event().wait()


async def test_a_full_lane_is_emptied_and_its_handler_told_in_its_turn(
    virtual, scope, lanes, monkeypatch
):
    monkeypatch.setattr(module, "LANE_LIMIT", 5)
    seen, gate = [], asyncio.Event()

    async def handle(item):
        await gate.wait()
        seen.append(item)

    who = subscriber(handle, behind=seen.append)
    lanes.post(who, "a", "running")
    await virtual.settle()
    for number in range(7):
        lanes.post(who, "a", number)
    lanes.post(who, "b", "other")
    gate.set()
    await virtual.settle()
    seen.remove("other")
    assert seen == ["running", Missed(5, "a"), 5, 6]
    assert (lanes.dropped, who.waiting) == (5, 0)
    scope.raise_errors()


async def test_what_was_missed_adds_up_until_the_handler_is_told(
    virtual, lanes, monkeypatch
):
    monkeypatch.setattr(module, "LANE_LIMIT", 5)
    seen = []
    who = subscriber(seen.append, behind=seen.append)
    for number in range(23):
        lanes.post(who, None, number)
    await virtual.settle()
    [missed, *rest] = seen
    assert missed == Missed(lanes.dropped, None)
    assert rest == list(range(missed.count, 23))


async def test_without_behind_a_loss_is_reported_once(
    virtual, scope, lanes, monkeypatch
):
    monkeypatch.setattr(module, "LANE_LIMIT", 5)
    seen = []
    who = subscriber(seen.append)
    for number in range(30):
        lanes.post(who, "a", number)
    await virtual.settle()
    assert seen == list(range(lanes.dropped, 30))
    with pytest.raises(BackgroundError, match="ImnbError") as caught:
        scope.raise_errors()
    assert "5 messages dropped" in str(caught.value.__cause__)
    assert str(caught.value).count("EventPush") == 1


async def test_when_all_is_full_the_subscriber_with_the_most_gives_up(
    virtual, lanes, monkeypatch
):
    monkeypatch.setattr(module, "TOTAL_LIMIT", 10)
    modest, greedy = [], []
    few = subscriber(modest.append, behind=modest.append)
    many = subscriber(greedy.append, behind=greedy.append)
    lanes.post(few, "a", "first")
    for key in range(9):
        lanes.post(many, key, key)
    lanes.post(few, "a", "second")
    lanes.post(many, 3, "later")
    await virtual.settle()
    assert modest == ["first", "second"]
    assert greedy == [Missed(9, None), "later"]
    assert lanes.dropped == 9
    assert "0 with 0" in repr(lanes)


async def test_however_much_comes_the_lanes_are_bounded(
    virtual, scope, lanes, monkeypatch
):
    monkeypatch.setattr(module, "TOTAL_LIMIT", 5)
    told = []
    who = subscriber(for_ever, behind=told.append)
    for key in range(100):
        lanes.post(who, key, key)
        assert len(lanes._lanes) <= 6
        assert len(lanes._ready) <= 6
    assert lanes.dropped + who.waiting - 1 == 100
    await virtual.settle()
    assert told == [Missed(lanes.dropped, None)]


async def test_a_handler_at_work_goes_on_when_its_lane_is_given_up(
    virtual, lanes, monkeypatch
):
    monkeypatch.setattr(module, "TOTAL_LIMIT", 3)
    seen, gate = [], asyncio.Event()

    async def handle(item):
        await gate.wait()
        seen.append(item)

    who = subscriber(handle, behind=lambda missed: seen.append(missed.count))
    lanes.post(who, "a", "running")
    await virtual.settle()
    for item in "xyz":
        lanes.post(who, "a", item)
    lanes.post(who, "b", "later")
    lanes.post(who, "a", "last")
    gate.set()
    await virtual.settle()
    assert sorted(map(str, seen)) == ["3", "last", "later", "running"]
    assert seen.index("running") < seen.index("last")
    assert repr(lanes) == "<Lanes: 0 with 0 messages>"

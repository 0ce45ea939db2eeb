import asyncio

import pytest

from imnb.engine import lanes
from imnb.engine.notifications import PUSHES_LIMIT, NotificationDispatcher
from imnb.errors import BackgroundError, ClosedError, ConfigError, ImnbError
from imnb.pb import session_pb2, sync_pb2
from imnb.pb.envelope_pb2 import Envelope
from imnb.tasks import TaskScope
from tests.engine.peer import COMMANDS


@pytest.fixture
async def scope():
    made = TaskScope("test")
    yield made
    await made.close()


@pytest.fixture
def notifications(scope):
    return NotificationDispatcher(COMMANDS, scope, 30.0)


def pushed(*messages):
    return [
        Envelope(command=COMMANDS.command_of(type(one)), body=one.SerializeToString())
        for one in messages
    ]


def events(*heads):
    return [sync_pb2.EventPush(head=head) for head in heads]


KICKED = session_pb2.Kicked(reason="elsewhere")


async def test_all_of_one_read_comes_at_once_and_in_order(notifications):
    seen = []
    notifications.subscribe_batch(sync_pb2.EventPush, seen.append)
    notifications.subscribe_batch(session_pb2.Kicked, seen.append)
    notifications.deliver(pushed(*events(1, 2, 3), KICKED, *events(4)))
    assert seen == [events(1, 2, 3), [KICKED], events(4)]


async def test_a_subscription_ends_when_it_is_told_to(notifications):
    first, second = [], []
    end = notifications.subscribe_batch(sync_pb2.EventPush, first.append)
    notifications.subscribe_batch(sync_pb2.EventPush, second.append)
    notifications.deliver(pushed(*events(1)))
    end()
    end()
    notifications.deliver(pushed(*events(2)))
    assert (len(first), len(second)) == (1, 2)


async def test_a_batch_handler_that_raises_is_reported(notifications, scope):
    seen = []

    def broken(batch):
        raise ValueError("bug")

    notifications.subscribe_batch(sync_pb2.EventPush, broken)
    notifications.subscribe_batch(sync_pb2.EventPush, seen.append)
    notifications.deliver(pushed(*events(1)))
    assert seen == [events(1)]
    with pytest.raises(BackgroundError, match="batch handler of EventPush"):
        scope.raise_errors()


async def test_lanes_keep_the_order_of_their_key(virtual, notifications):
    seen = []

    async def handle(push):
        await asyncio.sleep(1 if push.head == 0 else 0)
        seen.append(push.head)

    notifications.subscribe(sync_pb2.EventPush, handle, lane=lambda push: push.head % 2)
    notifications.deliver(pushed(*events(0, 1, 2, 3)))
    await virtual.advance(2)
    assert seen == [1, 3, 0, 2]


async def test_without_a_lane_there_is_one_for_each_subscription(
    virtual, notifications
):
    seen = []

    async def slow(push):
        await asyncio.sleep(1)
        seen.append(("slow", push.head))

    notifications.subscribe(sync_pb2.EventPush, slow)
    notifications.subscribe(
        sync_pb2.EventPush, lambda push: seen.append(("fast", push.head))
    )
    notifications.deliver(pushed(*events(1, 2)))
    await virtual.advance(3)
    assert seen == [("fast", 1), ("fast", 2), ("slow", 1), ("slow", 2)]


async def test_a_handler_hears_nothing_after_its_subscription_ended(
    virtual, notifications
):
    seen = []
    end = notifications.subscribe(sync_pb2.EventPush, seen.append)
    notifications.deliver(pushed(*events(1, 2)))
    end()
    await virtual.settle()
    assert seen == []


async def test_a_lane_that_cannot_be_told_is_reported(virtual, notifications, scope):
    seen = []
    notifications.subscribe(
        sync_pb2.EventPush, seen.append, lane=lambda push: 1 // push.head
    )
    notifications.deliver(pushed(*events(1, 0, 2)))
    await virtual.settle()
    assert seen == events(1, 2)
    with pytest.raises(BackgroundError, match=r"lane of EventPush \(ZeroDivision"):
        scope.raise_errors()


async def test_a_push_that_does_not_parse_is_reported_and_left_out(
    notifications, scope
):
    seen = []
    notifications.subscribe_batch(sync_pb2.EventPush, seen.append)
    first, bad, last = pushed(*events(1, 2, 3))
    bad.body = b"\xff\xff"
    notifications.deliver([first, bad, last])
    assert seen == [events(1, 3)]
    with pytest.raises(BackgroundError, match=r"push EventPush \(EnvelopeError\)"):
        scope.raise_errors()


async def test_what_nobody_wants_is_not_parsed(notifications, scope):
    notifications.deliver([Envelope(command=64, body=b"\xff\xff")])
    scope.raise_errors()
    assert notifications.unknown == 0


async def test_what_nobody_wants_is_counted_by_name(notifications):
    end = notifications.subscribe_batch(sync_pb2.EventPush, lambda batch: None)
    notifications.deliver(pushed(*events(1), KICKED, KICKED, *events(2)))
    assert notifications.unclaimed == {"Kicked": 2}
    end()
    notifications.deliver(pushed(*events(3, 4)))
    assert notifications.unclaimed == {"Kicked": 2, "EventPush": 2}
    assert "4 pushes for nobody" in repr(notifications)


async def test_one_hears_of_what_nobody_wants(notifications, scope):
    counts = []
    notifications.on_unwanted(lambda: 1 / 0)
    end = notifications.on_unwanted(lambda: counts.append(notifications.unwanted))
    notifications.deliver([*pushed(KICKED, KICKED), Envelope(command=999)])
    end()
    end()
    notifications.deliver(pushed(KICKED))
    assert (counts, notifications.unwanted) == ([2, 3], 4)
    with pytest.raises(BackgroundError, match="listener of pushes for nobody"):
        scope.raise_errors()


async def test_a_handler_that_is_behind_is_told(virtual, notifications, monkeypatch):
    monkeypatch.setattr(lanes, "LANE_LIMIT", 3)
    seen = []
    notifications.subscribe(
        sync_pb2.EventPush,
        lambda push: seen.append(push.head),
        lane=lambda push: "all",
        behind=seen.append,
    )
    notifications.deliver(pushed(*events(1, 2, 3, 4)))
    await virtual.settle()
    assert seen == [lanes.Missed(3, "all"), 4]
    assert notifications.lanes.dropped == 3


async def test_a_handler_may_be_decorated(virtual, notifications):
    seen = []

    @notifications.on(sync_pb2.EventPush, lane=lambda push: push.head)
    async def show(push):
        seen.append(push.head)

    notifications.deliver(pushed(*events(1, 2)))
    await show(sync_pb2.EventPush(head=3))
    await virtual.settle()
    assert seen == [3, 1, 2]


async def test_unknown_commands_are_counted_and_named_once(notifications, caplog):
    for _ in range(3):
        notifications.deliver([Envelope(command=999), Envelope(command=999)])
    assert notifications.unknown == 6
    assert [record.getMessage() for record in caplog.records] == [
        "pushes with command 999 are not in the table"
    ]


async def test_only_pushes_can_be_subscribed(notifications):
    with pytest.raises(ConfigError, match="LoginReply"):
        notifications.subscribe_batch(session_pb2.LoginReply, lambda batch: None)
    with pytest.raises(ConfigError, match="LoginRequest"):
        notifications.subscribe_batch(session_pb2.LoginRequest, lambda batch: None)


async def test_pushes_as_an_iterator(notifications):
    pushes = notifications.pushes(sync_pb2.EventPush)
    notifications.deliver(pushed(*events(1, 2)))
    assert [(await anext(pushes)).head, (await anext(pushes)).head] == [1, 2]
    await pushes.aclose()
    notifications.deliver(pushed(*events(3)))
    assert [push async for push in pushes] == []
    assert "0 subscriptions" in repr(notifications)


async def test_closing_ends_iterators_after_what_came(notifications):
    first = notifications.pushes(sync_pb2.EventPush)
    second = notifications.pushes(session_pb2.Kicked)
    waiting = asyncio.create_task(anext(second))
    notifications.deliver(pushed(*events(1, 2)))
    await asyncio.sleep(0)
    notifications.close()
    assert [push.head async for push in first] == [1, 2]
    with pytest.raises(StopAsyncIteration):
        await waiting
    assert "0 subscriptions" in repr(notifications)
    with pytest.raises(ClosedError):
        notifications.pushes(sync_pb2.EventPush)


async def test_an_iterator_that_nobody_reads_ends_with_an_error(notifications):
    pushes = notifications.pushes(sync_pb2.EventPush)
    notifications.deliver(pushed(*events(*range(PUSHES_LIMIT + 5))))
    assert "0 subscriptions" in repr(notifications)
    received = [(await anext(pushes)).head for _ in range(PUSHES_LIMIT)]
    assert received == list(range(PUSHES_LIMIT))
    with pytest.raises(ImnbError, match="EventPush were waiting and none was read"):
        await anext(pushes)

import asyncio
import math

import pytest

from imnb.engine.retry import Retry, When
from imnb.engine.retry_queue import RetryQueue
from imnb.errors import ClosedError
from tests.engine.peer import turns

BOTH = Retry()
ONLY_BACKOFF = Retry(When.BACKOFF)
ONLY_NETWORK = Retry(When.NETWORK_CHANGE)


@pytest.fixture
async def queue(virtual):
    made = RetryQueue(10)
    yield made
    assert len(made) == 0
    assert made._timer is None


def waiting(queue, policy=BOTH, delay=1.0, priority=0, waited=0.0):
    work = queue.wait("Pull", policy, delay, priority, waited)
    return asyncio.create_task(work)


async def test_offline_the_back_off_waits_for_the_reconnect(virtual, queue):
    both, backoff = waiting(queue), waiting(queue, ONLY_BACKOFF)
    await virtual.advance(5)
    queue.network_changed()
    await turns()
    assert [both.done(), backoff.done()] == [False, True]
    queue.online()
    assert await both == ("", pytest.approx(5, abs=0.2))


async def test_online_the_back_off_counts(virtual, queue):
    queue.online()
    task = waiting(queue, delay=3)
    await virtual.advance(2.5)
    assert not task.done()
    await virtual.advance(1)
    assert (await task)[0] == ""


async def test_another_network_is_another_chance(virtual, queue):
    queue.online()
    hopeful, patient = waiting(queue, ONLY_NETWORK), waiting(queue, ONLY_BACKOFF, 50)
    await virtual.advance(2)
    queue.network_changed()
    await turns()
    assert [hopeful.done(), patient.done()] == [True, False]
    await patient


async def test_they_go_on_by_priority_then_as_they_came(virtual, queue):
    order = []
    for name, priority in {"a": 0, "b": 1, "c": 0, "d": 1}.items():
        task = waiting(queue, priority=priority)
        task.add_done_callback(lambda _, name=name: order.append(name))
    await turns()
    queue.online()
    await turns()
    assert order == ["b", "d", "a", "c"]


async def test_it_does_not_wait_beyond_its_limit(virtual, queue):
    policy = Retry(max_wait=10)
    new, old = waiting(queue, policy), waiting(queue, policy, waited=8)
    await virtual.advance(3)
    assert [new.done(), old.done()] == [False, True]
    why, waited = await new
    assert why == "it has waited for its tries for 10 s"
    assert waited == pytest.approx(10, abs=0.2)


async def test_a_frozen_loop_is_no_waiting(virtual, queue):
    task = waiting(queue, Retry(max_wait=10))
    await virtual.advance(1)
    virtual.freeze(600)
    await virtual.advance(8)
    assert not task.done()
    queue.online()
    await task


async def test_the_bound(virtual, queue):
    tasks = [waiting(queue) for _ in range(10)]
    await turns()
    why, _ = await queue.wait("Pull", BOTH, 1, 0, 0)
    assert why == "10 calls wait for another try, that is the limit"
    queue.online()
    await asyncio.gather(*tasks)


async def test_the_end_of_the_session_ends_the_waiting(virtual, queue):
    tasks = [waiting(queue, Retry(max_wait=math.inf)) for _ in range(3)]
    await turns()
    queue.fail_all(ClosedError("closed"))
    for task in tasks:
        with pytest.raises(ClosedError, match="Pull: closed, there will be no other"):
            await task
    with pytest.raises(ClosedError):
        await queue.wait("Pull", BOTH, 1, 0, 0)
    queue.offline()
    later = waiting(queue)
    await turns()
    queue.online()
    assert (await later)[0] == ""


async def test_who_is_cancelled_is_forgotten(virtual, queue):
    task = waiting(queue)
    await turns()
    assert repr(queue) == "<RetryQueue: 1 of 10 wait>"
    task.cancel()
    queue.online()
    await asyncio.gather(task, return_exceptions=True)

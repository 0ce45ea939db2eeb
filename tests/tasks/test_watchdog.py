import asyncio
import threading

import pytest

from imnb.tasks.stalls import Stalls
from imnb.tasks.watchdog import LoopWatch, Watchdog
from tests.eventually import eventually


class Clock:
    """For the thread; that of the loop is its own."""

    now = 100.0

    def __call__(self):
        return self.now


class Watched:
    """A watch, and how often its thread acted."""

    def __init__(self, watchdog, interval=20.0):
        self.interval = interval
        self.acts = 0
        self.acted = threading.Event()
        self.stalls = Stalls(lambda name, error: None)
        self.watch = LoopWatch(
            self._act, lambda: self.interval, self.stalls, watchdog=watchdog
        )

    def _act(self):
        self.acts += 1
        self.acted.set()

    def times(self, until):
        """When it acts, if somebody looks ten times a second from 100 on."""
        found = []
        for tenth in range(int((until - 100) * 10)):
            before = self.acts
            self.watch.look(100 + tenth / 10)
            if self.acts > before:
                found.append(100 + tenth / 10)
        return found


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def watchdog(clock):
    return Watchdog(clock)


@pytest.fixture
async def watched(watchdog):
    made = Watched(watchdog)
    made.watch.start()
    yield made
    made.watch.stop()


def threads():
    return [one for one in threading.enumerate() if one.name == "imnb watchdog"]


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (300, [102, 104, 106, 108]),
        (20, [102, 104, 106, 108]),
        (3, [101.5, 103, 104.5, 106, 107.5]),
    ],
)
async def test_it_acts_again_and_again_in_good_time(watched, interval, expected):
    watched.interval = interval
    watched.watch.renew()
    assert watched.times(until=109) == expected


async def test_a_loop_that_runs_is_left_alone(watched, clock):
    for _ in range(20):
        clock.now += 1.9
        watched.watch.renew()  # as each turn does
        watched.watch.look(clock.now)
    assert watched.acts == 0


async def test_an_act_that_fails_is_logged_and_tried_again(watchdog, caplog):
    stalls = Stalls(lambda name, error: None)
    watch = LoopWatch(lambda: 1 / 0, lambda: 20, stalls, watchdog=watchdog)
    watch.start()
    watch.look(200)
    watch.look(300)
    watch.stop()
    assert caplog.text.count("acting for a blocked loop failed") == 2


async def test_the_thread_acts_while_the_loop_is_frozen(watched, clock):
    watched.interval = 0.04  # it looks that often
    watched.watch.renew()
    clock.now += 5
    assert watched.acted.wait(10)  # the loop stands still in here


async def test_one_thread_for_all_and_none_afterwards(watchdog):
    first, second = Watched(watchdog), Watched(watchdog)
    first.watch.start()
    first.watch.start()
    second.watch.start()
    assert len(threads()) == 1
    first.watch.stop()
    assert len(threads()) == 1
    second.watch.stop()
    second.watch.stop()
    assert threads() == []
    first.watch.renew()  # comes too late and does nothing
    first.watch.start()
    assert len(threads()) == 1
    first.watch.stop()
    assert threads() == []


def test_a_loop_that_ended_without_a_word_is_forgotten(watchdog):
    watched = Watched(watchdog, interval=0.04)

    async def begin():
        watched.watch.start()

    asyncio.run(begin())
    other = Watched(watchdog, interval=0.04)

    async def look():
        other.watch.start()
        await eventually(lambda: repr(watchdog) == "<Watchdog of 1 loops>")
        other.watch.stop()

    asyncio.run(look())
    assert threads() == []


async def test_a_freeze_is_known_afterwards(virtual, watched):
    watched.watch.renew()
    virtual.freeze(42)
    await virtual.advance(1)
    assert watched.stalls.last.seconds == pytest.approx(42, abs=0.6)
    assert "on" in repr(watched.watch)


async def test_time_without_a_watch_is_no_stall(virtual, watched):
    watched.watch.stop()
    virtual.freeze(42)
    watched.watch.start()
    await virtual.advance(1)
    assert watched.stalls.last is None

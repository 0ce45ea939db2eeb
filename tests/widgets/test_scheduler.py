import asyncio

import pytest

from imnb.widgets.scheduler import (
    HIDDEN_AFTER,
    INTERVAL,
    KERNEL_RATE,
    MAX_WAKE,
    Budget,
    FrameScheduler,
)


class Screen:
    """What a scheduler draws on, with a browser that may answer."""

    def __init__(self, answers=True, budget=None):
        loop = asyncio.get_running_loop()
        self.time = loop.time
        self.answers = answers
        self.frames = []
        self.wakes = []
        self.scheduler = FrameScheduler(
            self.draw, self.wake, loop.call_later, loop.time, budget or Budget()
        )

    def draw(self, number, anew):
        self.frames.append((number, anew, self.time()))
        if self.answers:
            self.scheduler.acknowledge(number)

    def wake(self):
        self.wakes.append(self.time())

    @property
    def kinds(self):
        return [(number, anew) for number, anew, _ in self.frames]


@pytest.fixture
async def screen(virtual):
    made = Screen()
    made.scheduler.ready()
    await virtual.advance(INTERVAL)
    assert made.kinds == [(1, True)]
    yield made
    made.scheduler.close()


async def test_nothing_is_drawn_before_somebody_looks(virtual):
    screen = Screen()
    screen.scheduler.invalidate()
    await virtual.advance(600)
    assert (screen.frames, screen.wakes) == ([], [])


async def test_many_changes_are_one_frame(virtual, screen):
    for _ in range(1000):
        screen.scheduler.invalidate()
    await virtual.advance(1)
    assert screen.kinds == [(1, True), (2, False)]


async def test_no_change_is_no_frame(virtual, screen):
    await virtual.advance(600)
    assert len(screen.frames) == 1
    assert screen.wakes == []


async def test_a_view_gets_at_most_25_messages_a_second(virtual, screen):
    for _ in range(1000):
        screen.scheduler.invalidate()
        await virtual.advance(0.001)
    assert 10 <= len(screen.frames) - 1 <= 25


async def test_asking_for_everything_again_and_again_is_not_faster(virtual, screen):
    for _ in range(1000):
        screen.scheduler.ready()
        await virtual.advance(0.001)
    assert len(screen.frames) - 1 <= 25


async def test_one_frame_at_most_is_under_way(virtual, screen):
    screen.answers = False
    for _ in range(40):
        screen.scheduler.invalidate()
        await virtual.advance(0.1)
    assert screen.kinds[1:] == [(2, False)]
    screen.scheduler.acknowledge(2)
    await virtual.advance(INTERVAL)
    assert screen.kinds[2:] == [(3, False)]


@pytest.mark.parametrize("number", [0, 1, 3])
async def test_an_answer_to_another_frame_is_none(virtual, screen, number):
    screen.answers = False
    screen.scheduler.invalidate()
    await virtual.advance(INTERVAL)
    screen.scheduler.acknowledge(number)
    screen.scheduler.invalidate()
    await virtual.advance(1)
    assert len(screen.frames) == 2


async def hide(virtual, screen):
    screen.answers = False
    screen.scheduler.invalidate()
    await virtual.advance(HIDDEN_AFTER + 0.5)
    assert "hidden" in repr(screen.scheduler)


async def test_no_answer_for_five_seconds_means_hidden(virtual, screen):
    await hide(virtual, screen)
    for _ in range(100):
        screen.scheduler.invalidate()
        await virtual.advance(1)
    assert len(screen.frames) == 2


async def test_a_hidden_view_gets_everything_when_it_is_ready(virtual, screen):
    await hide(virtual, screen)
    screen.answers = True
    screen.scheduler.ready()
    await virtual.advance(INTERVAL)
    screen.scheduler.invalidate()
    await virtual.advance(INTERVAL)
    assert screen.kinds[2:] == [(3, True), (4, False)]


async def test_a_late_answer_shows_that_nothing_was_missed(virtual, screen):
    await hide(virtual, screen)
    screen.scheduler.acknowledge(2)
    await virtual.advance(INTERVAL)
    assert screen.kinds[2:] == [(3, False)]


async def test_a_hidden_view_is_asked_less_and_less_often(virtual, screen):
    await hide(virtual, screen)
    await virtual.advance(600)
    pauses = [b - a for a, b in zip(screen.wakes, screen.wakes[1:], strict=False)]
    assert pauses == sorted(pauses)
    assert pauses[0] >= HIDDEN_AFTER
    assert pauses[-1] == pytest.approx(MAX_WAKE)


async def test_a_frozen_loop_does_not_hide_a_view(virtual, screen):
    screen.answers = False
    screen.scheduler.invalidate()
    await virtual.advance(INTERVAL)
    virtual.freeze(60)  # the answer waits in the socket meanwhile
    await virtual.settle()
    assert "visible" in repr(screen.scheduler)
    screen.scheduler.acknowledge(2)
    screen.scheduler.invalidate()
    await virtual.advance(INTERVAL)
    assert screen.kinds[2:] == [(3, False)]
    assert screen.wakes == []


async def test_after_close_nothing_is_drawn_and_nobody_is_asked(virtual, screen):
    screen.scheduler.invalidate()
    screen.scheduler.close()
    screen.scheduler.ready()
    screen.scheduler.invalidate()
    await virtual.advance(600)
    assert len(screen.frames) == 1
    assert screen.wakes == []


async def test_all_views_together_get_at_most_200_messages_a_second(virtual):
    budget = Budget()
    screens = [Screen(budget=budget) for _ in range(40)]
    for screen in screens:
        screen.scheduler.ready()
    begun = virtual.time()
    while virtual.time() < begun + 2:
        for screen in screens:
            screen.scheduler.invalidate()
        await virtual.advance(0.01)
    counts = [len(screen.frames) for screen in screens]
    assert sum(counts) <= 2 * KERNEL_RATE + len(screens)
    assert sum(counts) >= 0.9 * 2 * KERNEL_RATE
    assert max(counts) - min(counts) <= 2  # no view starves
    for screen in screens:
        screen.scheduler.close()


async def test_the_budget_is_one_for_each_loop():
    loop = asyncio.get_running_loop()
    assert Budget.of(loop) is Budget.of(loop)
    other = asyncio.new_event_loop()
    assert Budget.of(other) is not Budget.of(loop)
    other.close()

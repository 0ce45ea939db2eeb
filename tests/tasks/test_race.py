"""Attempts are given as (seconds, succeeds)."""

import asyncio

import pytest

from imnb.tasks.race import race


class Course:
    """Runs attempts and keeps what became of them."""

    def __init__(self, *runners):
        self.runners = runners
        self.started = {}
        self.cancelled = []
        self.discarded = []
        self.begin = asyncio.get_running_loop().time()

    @property
    def now(self):
        return round(asyncio.get_running_loop().time() - self.begin, 3)

    async def run(self):
        attempts = [lambda n=n: self._attempt(n) for n in range(len(self.runners))]
        return await race(
            attempts, failures=(ConnectionError,), discard=self.discarded.append
        )

    async def _attempt(self, number):
        self.started[number] = self.now
        seconds, succeeds = self.runners[number]
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        if isinstance(succeeds, Exception):
            raise succeeds
        if not succeeds:
            raise ConnectionError(number)
        return number


@pytest.mark.parametrize(
    ("runners", "started", "winner", "over"),
    [
        ([(0.1, True), (0, True)], [0], 0, 0.1),
        ([(0, False), (0.1, True)], [0, 0], 1, 0.1),
        ([(0.1, False), (0.1, True)], [0, 0.1], 1, 0.2),
        ([(9, True), (0.1, True), (0, True)], [0, 0.25], 1, 0.35),
        ([(0.4, True), (9, True), (9, True)], [0, 0.25], 0, 0.4),
        ([(9, True), (9, True), (0.1, True)], [0, 0.25, 0.5], 2, 0.6),
        # three in flight: the fourth waits for a failure, then starts at once
        ([(2, False), (9, True), (9, True), (1, True)], [0, 0.25, 0.5, 2], 3, 3),
        # a failure starts the next at once, and the stagger counts from there
        (
            [(9, True), (0.1, False), (9, True), (0.1, True)],
            [0, 0.25, 0.35, 0.6],
            3,
            0.7,
        ),
        # of two in one turn, the preferred one
        ([(0.5, True), (0.25, True)], [0, 0.25], 0, 0.5),
    ],
)
async def test_who_starts_when_and_wins(virtual, runners, started, winner, over):
    course = Course(*runners)
    assert await course.run() == winner
    assert list(course.started.values()) == started
    assert course.now == over
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_second_winner_is_discarded(virtual):
    course = Course((0.5, True), (0.25, True))
    assert await course.run() == 0
    assert course.discarded + course.cancelled == [1]


async def test_when_all_fail_all_say_why(virtual):
    course = Course((0.3, False), (0, False), (0, False))
    with pytest.raises(ExceptionGroup) as caught:
        await course.run()
    assert [error.args for error in caught.value.exceptions] == [(1,), (2,), (0,)]


async def test_a_bug_ends_the_race(virtual):
    course = Course((9, True), (0, ZeroDivisionError("bug")), (0, True))
    with pytest.raises(ZeroDivisionError):
        await course.run()
    assert course.cancelled == [0]
    assert list(course.started) == [0, 1]


async def test_a_race_cancelled_after_its_end_gives_the_prize_back(virtual):
    discarded = []

    async def slow_to_end():
        try:
            await asyncio.sleep(9)
        finally:
            await asyncio.sleep(1)

    async def quick():
        await asyncio.sleep(0.1)
        return "prize"

    racing = asyncio.create_task(
        race([slow_to_end, quick], failures=(), discard=discarded.append)
    )
    await virtual.advance(0.5)  # it has been won, and the other is ending
    racing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await racing
    assert discarded == ["prize"]


async def test_cancelling_the_race_ends_all_who_run(virtual):
    course = Course((9, True), (9, True), (9, True))
    racing = asyncio.create_task(course.run())
    await virtual.advance(0.3)
    racing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await racing
    assert sorted(course.cancelled) == [0, 1]
    assert asyncio.all_tasks() == {asyncio.current_task()}

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.engine.clock import (
    LONGEST_STEP,
    TICK,
    ActiveClock,
    SuspensionMeter,
    elapsed_time,
)


def test_it_runs_with_the_real_time():
    clock = ActiveClock(50)
    for tick in range(1, 101):
        clock.tick(50 + tick * TICK)
    assert clock.at(50 + 100 * TICK) == pytest.approx(100 * TICK)
    assert clock.at(50 + 100.5 * TICK) == pytest.approx(100.5 * TICK)


def test_a_frozen_loop_costs_one_step():
    clock = ActiveClock(0)
    assert clock.tick(60) == pytest.approx(LONGEST_STEP)


def test_it_stands_while_stopped():
    clock = ActiveClock(0)
    clock.tick(0.1)
    clock.stop(0.1)
    for tick in range(2, 100):
        clock.tick(tick * TICK)
    clock.go(100 * TICK)
    assert clock.at(100 * TICK) == pytest.approx(0.1)
    assert clock.tick(101 * TICK) == pytest.approx(0.2)
    assert "running" in repr(clock)


@given(st.lists(st.floats(0, 100), max_size=50), st.data())
def test_it_never_goes_back_nor_faster_than_time(steps, data):
    clock, now, last = ActiveClock(0), 0.0, 0.0
    for step in steps:
        if data.draw(st.booleans()):
            data.draw(st.sampled_from([clock.stop, clock.go]))(now)
        now += step
        active = clock.tick(now)
        assert last <= active <= now
        last = active


@pytest.mark.parametrize(
    ("now", "elapsed", "passed"),
    [
        (10.1, 100.1, 0.1),
        (70, 160, 60),  # a blocked loop: both clocks saw it
        (10.1, 3700, 3600),  # a laptop that slept: only one did
        (70, 100, 60),
        (9, 99, 0),
    ],
)
def test_a_suspension_is_seen_by_either_clock(now, elapsed, passed):
    meter = SuspensionMeter(10, 100)
    assert meter.tick(now, elapsed) == pytest.approx(passed)
    assert meter.tick(now, elapsed) == 0
    assert "SuspensionMeter" in repr(meter)


def test_the_elapsed_time_runs():
    first = elapsed_time()
    while elapsed_time() == first:
        pass
    assert elapsed_time() > first

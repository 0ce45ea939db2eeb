import pytest

from imnb.tasks.stalls import STALL, Stall, Stalls


@pytest.fixture
def reported():
    return []


@pytest.fixture
def stalls(reported):
    return Stalls(lambda name, error: reported.append((name, error)))


def test_a_loop_that_ticks_is_not_blocked(stalls):
    for number in range(100):
        stalls.tick(number * 0.5)
    assert stalls.last is None


def test_a_gap_is_a_stall_with_its_length_and_end(stalls):
    told = []
    unsubscribe = stalls.subscribe(told.append)
    stalls.tick(10)
    stalls.tick(52.5)
    assert stalls.last == Stall(42.5, 52.5)
    stalls.tick(53)
    assert told == [Stall(42.5, 52.5)]
    unsubscribe()
    unsubscribe()
    stalls.tick(53 + STALL)
    assert stalls.last == Stall(STALL, 53 + STALL)
    assert len(told) == 1


def test_a_pause_is_none(stalls):
    stalls.tick(10)
    stalls.pause()
    stalls.tick(1000)
    assert stalls.last is None


def test_a_watcher_that_fails_is_reported_and_the_others_hear(stalls, reported):
    told = []
    stalls.subscribe(lambda stall: 1 / 0)
    stalls.subscribe(told.append)
    stalls.tick(0)
    stalls.tick(5)
    assert [name for name, _ in reported] == ["stall watcher"]
    assert len(told) == 1

import pytest

from imnb.config import Heartbeat, NetworkType
from imnb.engine.pacing import (
    MAX_NETWORKS,
    SHORTEST,
    AdaptivePace,
    FixedPace,
    Rhythm,
    pace_for,
    patience,
)

ETHERNET, WIFI = NetworkType.ETHERNET, NetworkType.WIFI
SETTINGS = Heartbeat(
    interval=20, wifi=30, adaptive=True, ceiling=60, step=15, successes=3, failures=2
)


@pytest.mark.parametrize(
    ("network", "seconds"),
    [("ethernet", 20), ("wifi", 30), ("cellular", 40), ("unknown", 20)],
)
def test_the_fixed_pace_goes_by_the_type_of_network(network, seconds):
    pace = FixedPace(Heartbeat(interval=20, wifi=30, cellular=40))
    pace.succeeded("home", NetworkType(network))
    pace.failed("home", NetworkType(network))
    assert pace.interval("home", NetworkType(network)) == seconds


def run(pace, outcomes, label="home", network=ETHERNET):
    """The interval after each outcome: + an answer, - a dead connection."""
    for outcome in outcomes:
        if outcome == "+":
            pace.succeeded(label, network)
        else:
            pace.failed(label, network)
    return pace.interval(label, network)


@pytest.mark.parametrize(
    ("outcomes", "seconds"),
    [
        ("", 20),
        ("++", 20),
        ("+++", 35),
        ("++++++", 50),
        ("+++++++++", 60),  # the ceiling
        ("++++++++++++", 60),
        ("+++++++++-", 60),  # one may be chance
        ("+++++++++-+-", 60),
        ("+++++++++--", 30),
        ("+++++++++--++++++", 30),  # settled: no further up
        ("+++++++++----", 20),  # the floor
        ("--", 20),
        ("--+++", 35),  # dead on the floor says nothing about the interval
    ],
)
def test_the_adaptive_pace_probes_upward_and_steps_back(outcomes, seconds):
    assert run(AdaptivePace(SETTINGS), outcomes) == seconds


def test_what_is_learned_belongs_to_one_network():
    pace = AdaptivePace(SETTINGS)
    assert run(pace, "++++++", "home") == 50
    assert pace.interval("office", WIFI) == 30
    assert pace.interval("home", ETHERNET) == 50
    assert "'home': 50" in repr(pace)


def test_so_many_networks_are_remembered_and_the_oldest_is_forgotten():
    pace = AdaptivePace(SETTINGS)
    run(pace, "+++", "first")
    for number in range(MAX_NETWORKS - 1):
        pace.interval(str(number), ETHERNET)
    assert pace.interval("first", ETHERNET) == 35  # used: the newest again
    for number in range(MAX_NETWORKS):
        pace.interval(f"new {number}", ETHERNET)
    assert pace.interval("first", ETHERNET) == 20


def test_the_settings_choose():
    assert isinstance(pace_for(Heartbeat(adaptive=True)), AdaptivePace)
    assert isinstance(pace_for(Heartbeat()), FixedPace)
    assert repr(pace_for(Heartbeat())) == "<FixedPace 20 s>"


@pytest.mark.parametrize(
    ("round_trip", "seconds"), [(None, 10), (0.001, 5), (1.0, 6.25), (60, 10)]
)
def test_a_quick_peer_is_given_up_sooner(round_trip, seconds):
    assert patience(round_trip, Heartbeat(dead_after=10)) == seconds


@pytest.mark.parametrize(
    ("silence", "seconds"),
    [(0, 20), (60, 20), (50, 20), (40, 16), (4, 1.6), (0.01, SHORTEST), (-1, 20)],
)
def test_the_servers_limit_caps_the_interval(silence, seconds):
    rhythm = Rhythm(Heartbeat(interval=20))
    rhythm.limit(silence)
    assert rhythm.interval == pytest.approx(seconds)


def test_the_rhythm_follows_the_network():
    rhythm = Rhythm(Heartbeat(interval=20, wifi=30, cellular=50))
    assert rhythm.interval == 20
    rhythm.enter("home", WIFI)
    assert rhythm.interval == 30
    assert "'home'" in repr(rhythm)


def test_what_is_learned_is_there_after_coming_back():
    rhythm = Rhythm(SETTINGS)
    for label in ("home", "office", "home"):
        rhythm.enter(label, ETHERNET)
        for _ in range(SETTINGS.successes):
            rhythm.succeeded()
    assert rhythm.interval == 50
    rhythm.enter("office", ETHERNET)
    assert rhythm.interval == 35


def test_beats_quicker_than_the_pace_teach_it_nothing():
    rhythm = Rhythm(SETTINGS)
    rhythm.enter("home", ETHERNET)
    rhythm.limit(10)
    for _ in range(100):
        rhythm.succeeded()
        rhythm.failed()
    rhythm.limit(0)
    assert rhythm.interval == 20

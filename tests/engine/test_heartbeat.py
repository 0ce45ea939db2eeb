import pytest

from imnb.config import Heartbeat, NetworkType
from imnb.engine.heartbeat import SETTLING, UNFINISHED, Beat, HeartbeatMonitor
from imnb.engine.pacing import Rhythm

SETTINGS = Heartbeat(interval=20, dead_after=10, adaptive=True, successes=1, step=15)


def monitor(**changes):
    rhythm = Rhythm(Heartbeat(interval=20, dead_after=10, **changes))
    return HeartbeatMonitor(rhythm, now=100)


def adaptive():
    rhythm = Rhythm(SETTINGS)
    rhythm.enter("home", NetworkType.ETHERNET)
    return rhythm, HeartbeatMonitor(rhythm, now=100)


def beat(beating, now, answer=0.25):
    beating.check(now, now)
    beating.sent(now, now)
    beating.heard()
    beating.answered(now + answer)
    beating.check(now + answer, now + answer)  # as at the next tick


def test_a_beat_every_interval():
    beating = monitor()
    sent = []
    for now in range(100, 200):
        if beating.check(now, now) is Beat.SEND:
            beat(beating, now)
            sent.append(now)
    assert sent == [120, 140, 160, 180]
    assert beating.round_trip == 0.25


@pytest.mark.parametrize(("active", "beat"), [(129.9, Beat.NOTHING), (130, Beat.DEAD)])
def test_silence_after_a_beat_is_death(active, beat):
    beating = monitor()
    beating.sent(120, 120)
    assert beating.check(130, active) is beat


@pytest.mark.parametrize(
    ("round_trip", "alive", "dead"), [(0.01, 144.9, 145), (1, 146.2, 146.25)]
)
def test_a_peer_known_to_be_quick_is_given_up_sooner(round_trip, alive, dead):
    beating = monitor()
    beat(beating, 120, round_trip)
    beating.sent(140, 140)
    assert beating.check(alive, alive) is Beat.NOTHING
    assert beating.check(dead, dead) is Beat.DEAD


def test_silence_that_we_caused_is_none():
    beating = monitor()
    beating.sent(120, 20)
    # Ten minutes pass in which this side could not read: beats go on.
    assert beating.check(720, 21) is Beat.SEND
    beating.sent(720, 21)
    assert beating.check(725, 29.9) is Beat.NOTHING
    # The oldest unanswered beat counts, not the newest.
    assert beating.check(725, 30) is Beat.DEAD


def test_any_bytes_are_a_sign_of_life():
    beating = monitor()
    beating.sent(120, 120)
    assert beating.is_waiting
    beating.heard()
    assert not beating.is_waiting
    assert beating.check(139, 139) is Beat.NOTHING
    assert "unknown" in repr(beating)


def test_a_message_that_never_ends_is_no_sign_of_life_for_ever():
    """A length that was altered on the way swallows the answers to all beats."""
    beating = monitor()
    for now in range(120, 120 + int(UNFINISHED)):
        beating.sent(now, now)
        beating.heard(whole=False)
        assert beating.check(now, now) is Beat.NOTHING
    assert beating.check(now, 120 + UNFINISHED) is Beat.DEAD
    beating.heard()
    assert beating.check(now, 120 + UNFINISHED) is Beat.NOTHING


def test_after_a_suspension_a_beat_is_due_at_once_and_only_its_answer_counts():
    beating = monitor()
    beating.sent(120, 120)
    beating.suspended(120.2)
    assert not beating.is_waiting  # what was asked before is not held against it
    assert beating.check(725, 120.2) is Beat.SEND
    beating.sent(725, 120.2)
    beating.heard()  # bytes from before the suspension
    assert beating.is_waiting
    assert beating.check(735.1, 130.3) is Beat.DEAD


@pytest.mark.parametrize("sign", ["answer", "later bytes"])
def test_a_peer_that_outlived_a_suspension(sign):
    beating = monitor()
    beating.suspended(120)
    beating.sent(725, 120)
    if sign == "answer":
        beating.answered(120.3)
    else:
        beating.check(725 + SETTLING, 120 + SETTLING)
        beating.heard()
    assert not beating.is_waiting
    assert beating.check(740, 135) is Beat.NOTHING


def test_answers_on_an_idle_connection_lengthen_the_interval():
    rhythm, beating = adaptive()
    beating.heard()  # the log-in
    beating.check(101, 101)
    beat(beating, 120)
    assert rhythm.interval == 35
    beating.heard()  # traffic: a NAT would have kept the connection anyway
    beating.check(140, 140)
    beat(beating, 155)
    assert rhythm.interval == 35
    beat(beating, 190)
    assert rhythm.interval == 50


def test_the_beat_after_a_suspension_tells_nothing_about_the_interval():
    rhythm, beating = adaptive()
    beating.suspended(100.2)
    beat(beating, 700)
    assert rhythm.interval == 20


def test_dead_connections_shorten_it_again():
    rhythm, beating = adaptive()
    beat(beating, 120)
    for _ in range(SETTINGS.failures):
        again = HeartbeatMonitor(rhythm, now=200)
        again.failed()  # before any beat: says nothing
        again.sent(235, 235)
        assert again.check(245, 245) is Beat.DEAD
    assert rhythm.interval == 20

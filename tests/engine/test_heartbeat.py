import pytest

from imnb.config import Heartbeat
from imnb.engine.heartbeat import Beat, FixedHeartbeat


def heartbeat():
    return FixedHeartbeat(Heartbeat(interval=20, dead_after=10), now=100)


def test_a_beat_every_interval():
    beating = heartbeat()
    sent = []
    for now in range(100, 200):
        if beating.check(now, now) is Beat.SEND:
            beating.sent(now, now)
            beating.answered(now + 0.25)
            sent.append(now)
    assert sent == [120, 140, 160, 180]
    assert beating.round_trip == 0.25


@pytest.mark.parametrize(("active", "beat"), [(129.9, Beat.NOTHING), (130, Beat.DEAD)])
def test_silence_after_a_beat_is_death(active, beat):
    beating = heartbeat()
    beating.sent(120, 120)
    assert beating.check(130, active) is beat


def test_silence_that_we_caused_is_none():
    beating = heartbeat()
    beating.sent(120, 20)
    # Ten minutes pass in which this side could not read: beats go on.
    assert beating.check(720, 21) is Beat.SEND
    beating.sent(720, 21)
    assert beating.check(725, 29.9) is Beat.NOTHING
    # The oldest unanswered beat counts, not the newest.
    assert beating.check(725, 30) is Beat.DEAD


def test_any_bytes_are_a_sign_of_life():
    beating = heartbeat()
    beating.sent(120, 120)
    assert beating.is_waiting
    beating.heard()
    assert not beating.is_waiting
    assert beating.check(139, 139) is Beat.NOTHING
    assert "unknown" in repr(beating)

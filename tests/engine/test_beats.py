import threading

import pytest

from imnb.engine.beats import Beats
from imnb.engine.pending import AskIds
from imnb.pb.envelope_pb2 import Envelope


def envelopes(*ask_ids):
    return [Envelope(ask_id=ask_id) for ask_id in ask_ids]


@pytest.fixture
def beats():
    return Beats(AskIds())


def test_answers_are_taken_out_of_what_came(beats):
    beat = beats.take()
    others, is_answered = beats.take_out(envelopes(70, beat, 0, 71))
    assert [one.ask_id for one in others] == [70, 0, 71]
    assert is_answered
    assert repr(beats) == "<Beats: 0 and 0 wait>"


def test_without_a_beat_on_its_way_nothing_is_looked_at(beats):
    came = envelopes(70, 71)
    assert beats.take_out(came) == (came, False)


def test_what_is_no_answer_is_handed_on_as_it_is(beats):
    beats.take()
    came = envelopes(70)
    others, is_answered = beats.take_out(came)
    assert others is came
    assert not is_answered


def test_only_the_last_answer_tells_the_round_trip(beats):
    first, second = beats.take(), beats.take()
    assert beats.take_out(envelopes(first)) == ([], False)
    assert beats.take_out(envelopes(second)) == ([], True)
    assert beats.take_out(envelopes(second))[1] is False  # doubled


def test_beats_of_the_thread_share_an_id_and_tell_no_round_trip(beats):
    beside = {beats.take_beside() for _ in range(3)}
    assert len(beside) == 1
    beat = beats.take()
    assert beat not in beside
    assert beats.take_out(envelopes(*beside, *beside)) == ([], False)
    assert repr(beats) == "<Beats: 1 and 1 wait>"
    assert beats.take_out(envelopes(*beside, beat, 70)) == (envelopes(70), True)
    assert repr(beats) == "<Beats: 0 and 0 wait>"


def test_more_answers_than_beats_of_the_thread_count_no_lower_than_none(beats):
    beside = beats.take_beside()
    beats.take_out(envelopes(beside, beside, beside))
    assert repr(beats) == "<Beats: 0 and 0 wait>"


def test_threads_lose_no_beat(beats):
    def beat():
        for _ in range(500):
            beats.take_beside()

    threads = [threading.Thread(target=beat) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert repr(beats) == "<Beats: 0 and 2000 wait>"

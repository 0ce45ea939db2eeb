import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.engine.pending import MAX_REMEMBERED, REST, AskIds, PendingTable, Strays
from imnb.errors import ConfigError, TooManyCalls


def table(limit=1000):
    return PendingTable(AskIds(), limit)


def narrow(width=4, reserved=()):
    return PendingTable(AskIds(width, reserved), 1000)


def test_a_question_and_its_answer():
    pending = table()
    ask_id = pending.add("call", 10, now=0)
    assert ask_id == 1
    assert pending.answer(ask_id, more=False, now=1) == "call"
    assert len(pending) == 0
    assert pending.strays == Strays()


def test_ids_are_never_0_and_never_come_again():
    ids = AskIds()
    pending = PendingTable(ids, 10)
    beat = ids.take()
    first = pending.add("a", 1, 0)
    pending.remove(first)
    assert [beat, first, pending.add("b", 1, 0)] == [1, 2, 3]


def test_late_doubled_and_unknown_replies_are_told_apart():
    pending = table()
    given_up, answered = pending.add("a", 10, 0), pending.add("b", 10, 0)
    pending.remove(given_up)
    pending.remove(given_up)
    pending.answer(answered, False, 0)
    for stray in (given_up, answered, answered, 77, 0):
        assert pending.answer(stray, False, 0) is None
    assert pending.strays == Strays(late=1, doubled=2, unknown=2)
    assert repr(pending) == "<PendingTable: 0 waiting, 1 late>"


def test_what_expired_is_late_and_what_was_not_sent_is_not():
    pending = table()
    expired, unsent = pending.add("a", 1, 0), pending.add("b", 9, 0)
    pending.expire(5)
    pending.unask(unsent)
    pending.unask(unsent)
    pending.answer(expired, False, 6)
    assert (len(pending), pending.strays) == (0, Strays(late=1))


def test_only_so_many_that_were_given_up_are_remembered():
    ids = AskIds()
    for _ in range(MAX_REMEMBERED + 1):
        ids.give_up(ids.take(), 0)
    assert [ids.was_given_up(number) for number in (1, 2)] == [False, True]


def test_narrow_ids_come_round_past_the_reserved_and_those_in_use():
    pending = narrow(width=3, reserved={2, 7})
    kept = pending.add("kept", 1000, 0)
    for _ in range(3):
        taken = [pending.add("call", 1, 0) for _ in range(4)]
        assert sorted([kept, *taken]) == [1, 3, 4, 5, 6]
        for ask_id in taken:
            pending.answer(ask_id, False, 0)


@pytest.mark.parametrize("give_up", ["remove", "expire"])
def test_a_narrow_id_that_was_given_up_rests(give_up):
    pending = narrow(width=2)
    first, second, _ = [pending.add("call", seconds, 0) for seconds in (5, 500, 500)]
    if give_up == "remove":
        pending.expire(4)
        pending.remove(first)
    else:
        pending.expire(5)
    pending.answer(second, False, 5)
    assert pending.add("d", 500, 5) == second
    with pytest.raises(TooManyCalls, match="all 3 ask ids"):
        pending.add("e", 5, REST)
    assert pending.answer(first, False, REST) is None
    assert pending.strays == Strays(late=1)
    assert pending.add("e", 5, REST + 6) == first


@given(st.lists(st.tuples(st.sampled_from("aard"), st.integers(0, 9)), max_size=300))
def test_a_narrow_id_never_stands_for_two_questions(steps):
    pending = narrow(width=5, reserved={9})
    open_ids, resting, now = [], {}, 0.0
    for step, number in steps:
        now += number
        pending.expire(now)
        if step == "a" and len(open_ids) + len(resting) < 20:
            taken = pending.add("call", math.inf, now)
            assert taken not in open_ids
            assert taken not in {0, 9}
            assert now - resting.pop(taken, -math.inf) >= REST
            open_ids.append(taken)
        elif open_ids:
            ask_id = open_ids.pop(number % len(open_ids))
            if step == "r":
                resting[ask_id] = now
                pending.remove(ask_id)
            else:
                pending.answer(ask_id, False, now)


@pytest.mark.parametrize("width", [0, 1, 65])
def test_other_widths_are_refused(width):
    with pytest.raises(ConfigError, match=f"{width} bits"):
        AskIds(width)


def test_wide_ids_skip_the_reserved_too():
    ids = AskIds(reserved=range(1, 4))
    assert ids.take() == 4
    assert repr(ids) == f"<AskIds up to {2**64 - 1}, the last was 4>"


def test_the_bound():
    pending = table(limit=2)
    pending.add("a", 1, 0)
    second = pending.add("b", 1, 0)
    with pytest.raises(TooManyCalls, match="2 calls wait"):
        pending.add("c", 1, 0)
    pending.remove(second)
    pending.add("c", 1, 0)


def test_each_reply_renews_the_deadline_of_those_who_get_more():
    pending = table()
    ask_id = pending.add("stream", 10, 0)
    for now in (9, 18, 27):
        assert pending.answer(ask_id, True, now) == "stream"
        assert pending.expire(now + 5) == []
    assert [entry.waiter for entry in pending.expire(37)] == ["stream"]


def test_who_waits_for_ever_does():
    pending = table()
    pending.add("push", math.inf, 0)
    assert pending.expire(1e12) == []
    assert pending.clear() == ["push"]
    assert pending.clear() == []


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0.1, 20)), max_size=40))
def test_nobody_expires_early_or_is_forgotten(asks):
    pending = table()
    asks = sorted(asks)
    expired = {}
    deadlines = {}
    for tick in range(800):
        now = tick / 10
        while asks and asks[0][0] <= now:
            _, timeout = asks.pop(0)
            name = len(deadlines)
            pending.add(name, timeout, now)
            deadlines[name] = now + timeout
        for entry in pending.expire(now):
            expired[entry.waiter] = now
    assert expired.keys() == deadlines.keys()
    for name, at in expired.items():
        assert deadlines[name] <= at <= deadlines[name] + 0.1 + 1e-9

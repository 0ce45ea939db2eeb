import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.engine.pending import AskIds, PendingTable
from imnb.errors import TooManyCalls


def table(limit=1000):
    return PendingTable(AskIds(), limit)


def test_a_question_and_its_answer():
    pending = table()
    ask_id = pending.add("call", 10, now=0)
    assert ask_id == 1
    assert pending.answer(ask_id, more=False, now=1) == "call"
    assert len(pending) == 0
    assert (pending.late, pending.unknown) == (0, 0)


def test_ids_are_never_0_and_never_come_again():
    ids = AskIds()
    pending = PendingTable(ids, 10)
    beat = ids.take()
    first = pending.add("a", 1, 0)
    pending.remove(first)
    assert [beat, first, pending.add("b", 1, 0)] == [1, 2, 3]


def test_a_late_reply_is_told_from_an_unknown_one():
    pending = table()
    given_up = pending.add("call", 10, 0)
    pending.remove(given_up)
    pending.remove(given_up)
    assert pending.answer(given_up, False, 0) is None
    assert pending.answer(77, False, 0) is None
    assert pending.answer(0, False, 0) is None
    assert (pending.late, pending.unknown) == (1, 2)
    assert repr(pending) == "<PendingTable: 0 waiting, 1 late>"


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

import pytest

from imnb.live import rules, tick
from imnb.live.count import Count
from imnb.live.fresh import Fresh
from imnb.live.observer import Observer
from imnb.live.tick import Move, RowsTask, task_for
from imnb.store.feed import Batch
from tests.live.stores import ME

FRESH = Fresh([Batch("message", [(1, 1), (1, 2)], 1)])
ELSEWHERE = Fresh([Batch("message", [(2, 1)], 1)])
STAY = Move(lambda window, shelf: window)


def chat():
    return Observer(rules.chat(1, ME), 5, print)


def test_who_is_not_concerned_has_nothing_to_do():
    assert task_for(chat(), ELSEWHERE) is None
    assert task_for(Count(rules.unread(), print), ELSEWHERE) is None


@pytest.mark.parametrize(
    ("fresh", "move", "candidates"),
    [
        (FRESH, None, [("message", (1, 1)), ("message", (1, 2))]),
        (None, None, None),
        (ELSEWHERE, STAY, []),
        (None, STAY, None),
        (None, Move(STAY.step, rules.users()), []),
    ],
)
def test_what_is_to_be_read(fresh, move, candidates):
    task = task_for(chat(), fresh, move)
    assert isinstance(task, RowsTask)
    found = task.candidates
    assert (None if found is None else list(found)) == candidates


def test_too_many_candidates_are_read_anew(monkeypatch):
    monkeypatch.setattr(tick, "MAX_CANDIDATES", 1)
    assert task_for(chat(), FRESH).candidates is None


def test_a_count_is_counted_when_it_may_be_another():
    assert task_for(Count(rules.unread(), print), None) is not None

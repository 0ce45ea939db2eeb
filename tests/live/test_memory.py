import dataclasses

from imnb.live import memory, rules
from imnb.live.memory import Memory
from imnb.live.observer import Observer
from tests.live.stores import ME


def chat(number, limit=5):
    return Observer(rules.chat(number, ME), limit, print)


def test_a_window_is_recalled_by_its_rule():
    known, first = Memory(), chat(1)
    known.keep(first, 7)
    assert known.recall(chat(1)).mark == 7
    assert known.recall(chat(1)).window is first.window
    assert known.recall(chat(2)) is None


def test_one_that_is_too_small_is_no_help():
    known = Memory()
    known.keep(chat(1, limit=5), 7)
    assert known.recall(chat(1, limit=6)) is None


def test_one_that_is_not_at_the_newest_end_is_not_kept():
    known, jumped = Memory(), chat(1)
    jumped.window = dataclasses.replace(jumped.window, ceiling=(0, 3))
    known.keep(jumped, 7)
    assert known.recall(chat(1)) is None


def test_the_one_shown_longest_ago_goes_first(monkeypatch):
    monkeypatch.setattr(memory, "MAX_KEPT", 2)
    known = Memory()
    for number in (1, 2, 1, 3):
        known.keep(chat(number), 7)
    assert [known.recall(chat(n)) is not None for n in (1, 2, 3)] == [True, False, True]

"""Joining wishes into batches: cases, and a model with Hypothesis."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.errors import TooManyCalls
from imnb.sync.queue import CoalescingQueue


def queue(**options: float) -> CoalescingQueue[str]:
    return CoalescingQueue(interval=1.0, **options)  # type: ignore[arg-type]


def test_idle_runs_now():
    it = queue()
    assert it.due(5.0) is None
    assert it.want("a")
    assert it.due(5.0) == 0.0
    assert it.take(5.0) == ["a"]
    assert it.is_busy


def test_busy_waits_for_the_end_and_then_for_the_timer():
    it = queue()
    it.want("a")
    it.take(5.0)
    it.want("b")
    it.want("c")
    assert it.due(5.5) is None
    assert it.take(5.5) == []
    it.done()
    assert it.due(5.5) == 0.5
    assert it.take(5.5) == []
    assert it.take(6.0) == ["b", "c"]


def test_a_key_that_waits_or_runs_is_not_asked_for_twice():
    it = queue()
    assert it.want("a")
    assert not it.want("a")
    it.take(0.0)
    assert not it.want("a")
    assert it.stale == 2


def test_a_newer_version_is_fetched_again_and_an_older_one_is_stale():
    it = queue()
    it.want("a", 3)
    it.take(0.0)
    assert not it.want("a", 2)
    assert it.want("a", 4)
    it.done()
    assert it.take(1.0) == ["a"]
    it.done()
    assert not it.want("a", 4)
    assert it.want("a", 5)


def test_what_failed_may_be_wanted_again():
    it = queue()
    it.want("a", 3)
    it.take(0.0)
    assert it.failed() == ["a"]
    assert it.want("a", 3)


def test_batches_and_the_queue_are_bounded():
    it = queue(max_batch=2, max_waiting=3)
    assert all(it.want(key) for key in "abc")
    with pytest.raises(TooManyCalls, match="3 keys wait"):
        it.want("d")
    assert not it.want("a")
    assert it.take(0.0) == ["a", "b"]
    assert len(it) == 1


steps = st.lists(
    st.one_of(
        st.tuples(st.just("want"), st.integers(0, 5), st.integers(1, 9)),
        st.tuples(st.just("take"), st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.just(0)),
        st.tuples(st.just("done"), st.just(0), st.just(0)),
    ),
    max_size=60,
)


@given(steps)
def test_each_wish_is_met_by_a_fetch_that_began_after_it_or_at_its_version(steps):
    it = CoalescingQueue[int](interval=0.5, max_batch=3)
    now, began = 0.0, -1.0
    wanted: dict[int, int] = {}  # not yet fetched at that version
    running: dict[int, int] = {}
    fetched: dict[int, int] = {}

    def finish() -> None:
        it.done()
        for key, version in running.items():
            fetched[key] = max(fetched.get(key, 0), version)
            if wanted.get(key, 0) <= fetched[key]:
                wanted.pop(key, None)
        running.clear()

    def take() -> None:
        nonlocal began
        keys = it.take(now)
        assert len(keys) == len(set(keys)) <= 3
        if keys:
            assert not running
            assert now - began >= 0.5
            began = now
            running.update((key, wanted[key]) for key in keys)

    for what, value, version in steps:
        if what == "want":
            it.want(value, version)
            if version > fetched.get(value, 0):
                wanted[value] = max(wanted.get(value, 0), version)
        elif what == "take":
            now += value
            take()
        else:
            finish()
    for _ in range(len(wanted) + 1):
        finish()
        now += 1.0
        take()
    assert not wanted
    assert not running


def test_what_is_forced_is_asked_for_once_more():
    it = queue()
    it.want("a", 3)
    it.take(0.0)
    assert it.want("a", 3, force=True)  # it runs, and that will not do
    assert not it.want("a", 3, force=True)  # it waits already
    it.done()
    assert it.take(1.0) == ["a"]
    it.done()
    assert not it.want("a", 3)
    assert it.want("a", 3, force=True)

"""The position in the event feed: tables of cases, and a model with Hypothesis."""

from hypothesis import given
from hypothesis import strategies as st

from imnb.sync.cursor import NOW, EventCursor


def cursor(position: int = 0, limit: int = 10) -> EventCursor[int]:
    return EventCursor(position, limit=limit, patience=0.5)


def run(first: int, last: int) -> list[int]:
    return list(range(first, last + 1))


def offer(it: EventCursor[int], first: int, last: int, now: float = 0.0) -> list[int]:
    return list(it.offer(first, run(first, last), now))


def test_what_continues_is_applied_as_it_is():
    it = cursor(5)
    events = run(6, 8)
    assert it.offer(6, events, 0.0) is events
    assert (it.position, it.head, it.pull_at, it.behind) == (8, 8, None, 0)


def test_one_event_advances_only_when_nothing_is_in_its_way():
    it = cursor(5)
    assert it.advance(6)
    assert (it.position, it.head) == (6, 6)
    assert not it.advance(6)
    assert not it.advance(8)
    offer(it, 9, 9)
    assert not it.advance(7)
    assert offer(it, 7, 8) == [7, 8, 9]
    it.hold()
    assert not it.advance(10)
    assert it.position == 9


def test_duplicates_are_dropped_whole_or_in_part():
    it = cursor(5)
    assert offer(it, 2, 5) == []
    assert offer(it, 4, 7) == [6, 7]
    assert it.position == 7
    assert it.dropped == 4 + 2
    assert it.pull_at is None


def test_a_gap_waits_half_a_second_and_closes():
    it = cursor(5)
    assert offer(it, 8, 9, now=10.0) == []
    assert (it.pull_at, it.behind, it.waiting) == (10.5, 4, 2)
    assert offer(it, 6, 7, now=10.2) == [6, 7, 8, 9]
    assert (it.pull_at, it.behind, it.waiting) == (None, 0, 0)


def test_a_second_gap_gets_its_own_time():
    it = cursor(0)
    offer(it, 2, 2, now=1.0)
    offer(it, 4, 4, now=1.4)
    assert it.pull_at == 1.5
    assert offer(it, 1, 1, now=1.45) == [1, 2]
    assert it.pull_at == 1.95


def test_a_gap_that_only_grows_keeps_its_time():
    it = cursor(0)
    offer(it, 3, 3, now=1.0)
    offer(it, 4, 4, now=1.3)
    assert it.pull_at == 1.5


def test_too_many_early_events_are_dropped_and_pulled_at_once():
    it = cursor(0, limit=10)
    offer(it, 5, 14, now=1.0)
    assert it.waiting == 10
    offer(it, 16, 16, now=1.0)
    assert (it.waiting, it.pull_at, it.head) == (0, NOW, 16)
    assert offer(it, 1, 16, now=1.1) == run(1, 16)
    assert it.pull_at is None


def test_behind_wants_a_pull_at_once_unless_all_is_here():
    it = cursor(5)
    it.told(5, is_behind=True)
    assert it.pull_at is None
    it.told(9, is_behind=True)
    assert (it.pull_at, it.behind) == (NOW, 4)
    assert offer(it, 6, 9) == [6, 7, 8, 9]
    assert it.pull_at is None


def test_a_pull_that_brought_nothing_does_not_ask_for_ever():
    it = cursor(5)
    it.told(9, is_behind=True)
    it.pulled(1.0)
    assert it.pull_at is None


def test_what_is_missing_after_a_pull_has_its_own_time():
    it = cursor(5)
    offer(it, 8, 8, now=0.0)
    it.pulled(3.0)
    assert it.pull_at == 3.5


def test_a_reset_keeps_what_comes_and_goes_on_behind_it():
    it = cursor(5)
    it.hold()
    assert offer(it, 6, 7) == []
    assert offer(it, 8, 8) == []
    assert it.pull_at is None
    assert list(it.restart(7, 1.0)) == [8]
    assert (it.position, it.head, it.waiting, it.pull_at) == (8, 8, 0, None)


def test_a_reset_may_go_back():
    it = cursor(50)
    it.hold()
    offer(it, 4, 4)
    assert list(it.restart(3, 1.0)) == [4]
    assert (it.position, it.head) == (4, 4)


def test_what_overflows_during_a_reset_is_pulled_after_it():
    it = cursor(0, limit=3)
    it.hold()
    offer(it, 1, 4)
    assert it.pull_at is None
    assert list(it.restart(0, 1.0)) == []
    assert it.pull_at == NOW


def test_another_connection_starts_without_what_came_early():
    it = cursor(0)
    offer(it, 1, 4)
    offer(it, 7, 8)
    it.hold()
    it.forget()
    assert it.waiting == 0
    assert list(it.restart(2, 0.0)) == []
    assert (it.position, it.pull_at) == (2, None)
    assert offer(it, 3, 6) == [3, 4, 5, 6]


pushes = st.lists(
    st.tuples(st.integers(1, 60), st.integers(1, 12), st.floats(0, 0.4)), max_size=40
)


@given(pushes, st.integers(1, 20))
def test_any_order_loss_and_repetition_gives_each_event_once_in_order(pushes, limit):
    it = EventCursor[int](0, limit=limit, patience=0.5)
    now, applied, head = 0.0, [], 0
    for first, count, pause in pushes:
        now += pause
        head = max(head, first + count - 1)
        applied += it.offer(first, run(first, first + count - 1), now)
        assert it.waiting <= limit
        assert it.position == len(applied)
        assert it.head == head
        # Whatever is missing, a pull is wanted, and never more than the wait ahead.
        assert (it.pull_at is None) == (it.behind == 0)
        assert it.pull_at is None or it.pull_at <= now + 0.5
    applied += it.offer(it.position + 1, run(it.position + 1, head), now)
    assert applied == run(1, head)
    assert it.pull_at is None
    assert it.waiting == 0

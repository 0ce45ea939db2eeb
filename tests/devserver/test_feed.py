import pytest

from imnb.devserver.feed import MAX_PUSHED, EventFeed
from imnb.devserver.paging import MAX_PAGE_BYTES
from imnb.pb.model_pb2 import Message
from imnb.pb.sync_pb2 import Event, EventPush


def change(text):
    return Event(message=Message(text=text)).SerializeToString()


def fed(count, retention=1_000):
    feed = EventFeed(retention)
    for number in range(1, count + 1):
        feed.extend([change(str(number))])
    return feed


def numbers(body):
    return [e.event_seq for e in EventPush.FromString(body).events]


def test_numbers_are_contiguous_and_stand_for_the_right_events():
    body, last = fed(5).page(2, 10)
    events = EventPush.FromString(body).events
    assert [(e.event_seq, e.message.text) for e in events] == [
        (3, "3"),
        (4, "4"),
        (5, "5"),
    ]
    assert last == 5


def test_an_empty_feed():
    feed = EventFeed(10)
    assert (feed.oldest, feed.head) == (1, 0)
    assert feed.page(0, 10) == (b"", 0)
    assert feed.continues(0)
    assert not feed.continues(1)


@pytest.mark.parametrize("count", range(1, 40))
def test_retention_is_exact_whenever_memory_is_freed(count):
    feed = fed(count, retention=8)
    assert feed.head == count
    assert feed.oldest == max(1, count - 7)
    assert len(feed._changes) <= 10
    assert numbers(feed.page(feed.oldest - 1, 100)[0]) == list(
        range(feed.oldest, count + 1)
    )


@pytest.mark.parametrize(
    ("cursor", "continues"), [(11, False), (12, True), (20, True), (21, False)]
)
def test_which_cursors_can_go_on(cursor, continues):
    assert fed(20, retention=8).continues(cursor) is continues


def test_a_page_is_bounded_in_bytes_but_never_empty():
    feed = EventFeed(10)
    feed.extend([change("x" * MAX_PAGE_BYTES), change("y"), change("z")])
    assert numbers(feed.page(0, 10)[0]) == [1]
    assert numbers(feed.page(1, 10)[0]) == [2, 3]


def test_a_piece_of_the_feed_without_numbers():
    feed = fed(20, retention=8)
    assert feed.between(17, 19) == [change("18"), change("19")]
    assert feed.between(0, 14)[-1] == change("14")
    assert feed.between(20, 20) == []


def test_a_push_joins_what_waits_up_to_a_bound():
    feed = fed(MAX_PUSHED + 10)
    body, told = feed.push(0, 2_000)
    assert numbers(body) == list(range(1, MAX_PUSHED + 1))
    assert told == MAX_PUSHED
    assert EventPush.FromString(body).head == MAX_PUSHED + 10


@pytest.mark.parametrize(
    ("told", "limit", "is_behind"),
    [(10, 10, False), (9, 10, True), (0, 100, True), (12, 5, True)],
)
def test_too_much_becomes_one_behind(told, limit, is_behind):
    body, now_told = fed(20, retention=15).push(told, limit)
    push = EventPush.FromString(body)
    assert push.behind is is_behind
    assert (now_told, push.head) == (20, 20)
    assert bool(push.events) is not is_behind


def test_devices_of_one_account_share_the_bytes():
    feed = fed(3)
    assert feed.push(1, 10)[0] is feed.push(1, 10)[0]
    feed.extend([change("new")])
    assert numbers(feed.push(1, 10)[0]) == [2, 3, 4]

from imnb.store.feed import Batch, Feed


def test_a_reader_gets_what_came_since_its_mark():
    feed = Feed()
    feed.add([Batch("message", [1, 2], 5)])
    mark = feed.mark
    assert feed.take(mark) == ([], mark)
    feed.add([Batch("message", [3], 6), Batch("outbox", ["a"], 7, dead=True)])
    batches, after = feed.take(mark)
    assert batches == [Batch("message", [3], 6), Batch("outbox", ["a"], 7, True)]
    assert feed.take(after) == ([], after)
    assert feed.take(0)[0] is not None


def test_a_reader_that_fell_behind_is_told():
    feed = Feed(max_keys=3)
    mark = feed.mark
    feed.add([Batch("message", [1, 2], 1)])
    feed.add([Batch("message", [3, 4], 2)])
    batches, after = feed.take(mark)
    assert batches is None
    assert feed.take(after) == ([], after)
    assert [b.keys for b in feed.take(after - 1)[0] or ()] == [[3, 4]]


def test_one_batch_above_the_bound_is_an_overflow():
    feed = Feed(max_keys=3)
    mark = feed.mark
    feed.add([Batch("message", range(10), 1)])
    assert feed.take(mark)[0] is None
    assert repr(feed) == "<Feed 0 keys, 0 listeners>"


def test_listeners():
    feed, calls = Feed(), []
    stop = feed.subscribe(lambda: calls.append("a"))
    feed.subscribe(lambda: calls.append("b"))
    feed.wake()
    stop()
    stop()
    feed.wake()
    assert calls == ["a", "b", "b"]

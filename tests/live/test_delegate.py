from imnb.live.delegate import Delivery, run_here, watcher_of
from imnb.live.observer import Observer
from imnb.live.rule import Rule
from imnb.live.snapshot import Changes, Snapshot


def made(report=print):
    return Observer(Rule("test", ("key", "rev"), ()), 10, report)


class Recorder:
    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        return lambda snapshot, *keys: self.calls.append((name, *keys))


def test_changes_are_told_apart():
    recorder = Recorder()
    watch = watcher_of(recorder)
    rows = Snapshot(("key", "rev"), (("a", 1), ("b", 1)))
    watch(rows, Changes())
    watch(rows, Changes(("a",), ("b",), ("c",), ("b",)))
    assert recorder.calls == [
        ("reset",),
        ("delete", ("c",)),
        ("insert", ("a",)),
        ("move", ("b",)),
        ("update", ("b",)),
    ]


def test_other_rows_altogether_are_a_reset():
    recorder = Recorder()
    watch = watcher_of(recorder)
    rows = Snapshot(("key", "rev"), (("a", 1),))
    watch(rows, Changes(inserted=("a",)))
    watch(rows, Changes(inserted=("a",), deleted=("b",)))
    assert recorder.calls == [("reset",), ("reset",)]


def test_what_comes_while_a_watcher_is_busy_is_joined():
    observer, waiting, heard = made(), [], []
    observer.subscribe(
        Delivery(lambda s, c: heard.append((s.keys, c)), waiting.append, observer)
    )
    observer.publish([("a", 1)], 1)
    observer.publish([("a", 1), ("b", 1)], 2)
    observer.publish([("b", 2)], 3)
    assert len(waiting) == 1
    waiting.pop()()
    assert heard == [(("b",), Changes(inserted=("b",)))]
    observer.publish([("b", 3)], 4)
    waiting.pop()()
    assert heard[1] == (("b",), Changes(updated=("b",)))


def test_what_cancels_out_is_not_told():
    observer, waiting, heard = made(), [], []
    observer.subscribe(Delivery(lambda *_: heard.append(1), waiting.append, observer))
    observer.publish([("a", 1)], 1)
    observer.publish([], 2)
    waiting.pop()()
    assert heard == []


def test_what_was_on_its_way_when_it_ended_is_not_told():
    observer, waiting, heard = made(), [], []
    delivery = Delivery(lambda *_: heard.append(1), waiting.append, observer)
    observer.subscribe(delivery)
    observer.publish([("a", 1)], 1)
    delivery.end()
    waiting.pop()()
    assert heard == []


def test_a_failing_watcher_and_a_failing_way_to_it_are_reported():
    failures = []
    observer = made(lambda name, error: failures.append(type(error)))
    observer.subscribe(Delivery(lambda *_: 1 / 0, run_here, observer))
    observer.subscribe(Delivery(print, lambda call: [][0], observer))
    observer.publish([("a", 1)], 1)
    observer.publish([("a", 2)], 2)
    assert failures == [ZeroDivisionError, IndexError] * 2

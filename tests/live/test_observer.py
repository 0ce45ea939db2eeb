from imnb.live.observer import Observer
from imnb.live.rule import Rule
from imnb.live.snapshot import Changes

RULE = Rule("test", ("key", "rev"), ())


def make():
    failures = []
    observer = Observer(RULE, 10, lambda name, error: failures.append((name, error)))
    return observer, failures


def test_watchers_hear_what_changed():
    observer, _ = make()
    heard = []
    observer.subscribe(lambda snapshot, changes: heard.append((snapshot, changes)))
    observer.publish([("a", 1)], 5)
    assert heard == [(observer.snapshot, Changes(inserted=("a",)))]
    assert observer.snapshot.revision == 5


def test_nothing_is_said_when_nothing_changed():
    observer, _ = make()
    heard = []
    observer.publish([("a", 1)], 5)
    observer.subscribe(lambda *_: heard.append(1))
    observer.publish([("a", 1)], 6)
    assert heard == []
    assert observer.snapshot.revision == 6


def test_who_unsubscribed_hears_no_more():
    observer, _ = make()
    heard = []
    observer.subscribe(lambda *_: heard.append(1))()
    observer.publish([("a", 1)], 5)
    assert heard == []


def test_a_failing_watcher_is_reported_and_alone():
    observer, failures = make()
    heard = []
    observer.subscribe(lambda *_: 1 / 0)
    observer.subscribe(lambda *_: heard.append(1))
    observer.publish([("a", 1)], 5)
    assert heard == [1]
    assert [(n, type(e)) for n, e in failures] == [
        ("watcher of test", ZeroDivisionError)
    ]

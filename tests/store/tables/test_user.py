from imnb.models.ids import FileId, UserId
from imnb.models.user import User
from imnb.store.tables import user
from tests.store.rows import commit, told


def users(*pairs):
    return [User(UserId(key), name) for key, name in pairs]


def test_upsert_and_load(ledger, cursor, feed):
    commit(ledger, lambda tx: user.upsert(tx, users(("b", "Bob"), ("a", "Zoe"))))
    assert user.load(cursor) == users(("b", "Bob"), ("a", "Zoe"))
    mark = feed.mark
    commit(ledger, lambda tx: user.upsert(tx, users(("a", "x"), ("a", "Al"))))
    assert user.load(cursor) == users(("a", "Al"), ("b", "Bob"))
    assert told(feed, mark) == [("user", "a", False)]
    commit(ledger, lambda tx: user.upsert(tx, []))
    shown = cursor.fetch("SELECT user_id, name FROM users ORDER BY 1")
    assert shown == [("a", "Al"), ("b", "Bob")]


def test_what_they_say_about_themselves_is_kept(ledger, cursor):
    al = User(UserId("a"), "Al", "On holiday", FileId("f1"))
    commit(ledger, lambda tx: user.upsert(tx, [al]))
    assert user.load(cursor) == [al]

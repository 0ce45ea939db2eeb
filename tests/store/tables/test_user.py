from imnb.models.ids import UserId
from imnb.models.user import User
from imnb.store.tables import user
from tests.store.rows import commit


def users(*pairs):
    return [User(UserId(key), name) for key, name in pairs]


def test_upsert_and_load(ledger, cursor, feed):
    commit(ledger, lambda tx: user.upsert(tx, users(("b", "Bob"), ("a", "Zoe"))))
    assert user.load(cursor) == users(("b", "Bob"), ("a", "Zoe"))
    mark = feed.mark
    commit(ledger, lambda tx: user.upsert(tx, users(("a", "x"), ("a", "Al"))))
    assert user.load(cursor) == users(("a", "Al"), ("b", "Bob"))
    assert [entry.key for entry in feed.take(mark)[0]] == ["a"]
    commit(ledger, lambda tx: user.upsert(tx, []))
    assert cursor.fetch("SELECT * FROM users ORDER BY 1") == [("a", "Al"), ("b", "Bob")]

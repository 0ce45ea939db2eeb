from imnb.models.conversation import Member, Role
from imnb.models.ids import UserId
from imnb.store.tables import member
from tests.store.rows import commit, told

AL, BO = (UserId(user) for user in ("al", "bo"))


def test_members_are_replaced_and_cursors_never_go_back(ledger, cursor, feed):
    first = [Member(AL, "Al", 5, 6, Role.OWNER), Member(BO, "Bo", 1, 1)]
    commit(ledger, lambda tx: member.replace(tx, {1: first, 2: first}))
    assert member.load(cursor) == {1: first, 2: first}
    mark = feed.mark
    commit(ledger, lambda tx: member.replace(tx, {1: [Member(AL, "Ally", 2, 9)]}))
    assert member.load(cursor, [1]) == {1: [Member(AL, "Ally", 5, 9)]}
    assert told(feed, mark) == [
        ("member", (1, "al"), False), ("member", (1, "bo"), True),
    ]  # fmt: skip


def test_cursors_move_in_bulk(ledger, cursor):
    commit(ledger, lambda tx: member.replace(tx, {1: [Member(AL, ""), Member(BO, "")]}))
    commit(
        ledger, lambda tx: member.read(tx, [(1, "al", 3), (1, "al", 2), (9, "x", 1)])
    )
    commit(ledger, lambda tx: member.delivered(tx, [(1, "al", 4), (1, "bo", 7)]))
    commit(ledger, lambda tx: member.delivered(tx, [(1, "bo", 5)]))
    commit(ledger, lambda tx: member.delivered(tx, []))
    assert member.load(cursor)[1] == [Member(AL, "", 3, 4), Member(BO, "", 0, 7)]
    commit(ledger, lambda tx: member.read(tx, [(1, "al", 6)]))
    assert member.load(cursor)[1][0] == Member(AL, "", 6, 6)

"""Long messages: pieces in any order become one."""

import dataclasses
import itertools

import pytest

from imnb.models.change import Revoked
from imnb.models.content import Content, Part
from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.store.tables import change, conversation, message, part
from imnb.wire.mapping.content import to_bytes
from tests.store.rows import NOW, commit, group, row

TO_ME = to_bytes(Content(mentions=(UserId("me"),)))


def piece(seq, index, count=3, sender="alice", **over):
    one = Part(ClientId("w"), index, count, "text", TO_ME)
    content = over.pop("content", to_bytes(Content(card=one)))
    return row(1, seq, sender, kind="part", text=f"<{index}>", content=content)


def store(ledger, *rows):
    commit(ledger, lambda tx: part.record(tx, message.add(tx, rows)))


def shown(cursor):
    return cursor.fetch("SELECT seq, kind, text FROM message ORDER BY seq")


def head(cursor):
    return cursor.fetch("SELECT shown_seq, last_text, mentions FROM conversation")[0]


@pytest.fixture
def room(ledger):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    return ledger


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
def test_the_last_becomes_the_whole_when_all_are_here(room, cursor, order, together):
    pieces = [piece(index + 1, index) for index in order]
    for rows in [pieces] if together else [[one] for one in pieces]:
        assert head(cursor) == (0, None, 0)
        store(room, *rows)
    assert shown(cursor) == [
        (1, "part", "<0>"), (2, "part", "<1>"), (3, "text", "<0><1><2>"),
    ]  # fmt: skip
    assert head(cursor) == (3, "<0><1><2>", 1)


@pytest.mark.parametrize(
    "other",
    [
        piece(2, 1, sender="eve"),
        piece(2, 1, count=4),
        piece(2, 0),
        piece(2, 1, content=b"\1"),
        row(1, 2, text="between"),
    ],
)
def test_what_does_not_fit_leaves_them_as_they_are(room, cursor, other):
    store(room, piece(1, 0), other, piece(3, 2))
    assert [kind for seq, kind, _ in shown(cursor) if seq != 2] == ["part", "part"]


def test_what_is_revoked_is_a_piece_again(room, cursor):
    store(room, *(piece(index + 1, index) for index in range(3)))
    revoke = Revoked(ConversationId(1), 3, 1, NOW)
    commit(room, lambda tx: change.apply(tx, [revoke]))
    assert shown(cursor)[2] == (3, "part", "")
    assert head(cursor) == (0, None, 0)
    assert cursor.fetch("SELECT seq FROM part ORDER BY 1") == [(1,), (2,)]


def test_a_reaction_to_the_whole_leaves_it_whole(room, cursor):
    store(room, *(piece(index + 1, index) for index in range(3)))
    last = message.model((*piece(3, 2)[:8], None, None, 0, 0, 0))
    now = dataclasses.replace(last, change_seq=1)
    commit(room, lambda tx: change.restate(tx, [now]))
    assert shown(cursor)[2] == (3, "text", "<0><1><2>")
    assert head(cursor) == (3, "<0><1><2>", 1)
    revoked = dataclasses.replace(now, text="", content=b"", change_seq=2, revoked_at=9)
    commit(room, lambda tx: change.restate(tx, [revoked]))
    assert shown(cursor)[2] == (3, "part", "")


@pytest.mark.parametrize(("seq", "newest"), [(1, "before"), (5, "after")])
def test_a_whole_that_is_revoked_is_not_what_a_list_shows(room, cursor, seq, newest):
    store(room, row(1, seq, text=newest))
    store(room, *(piece(index + 2, index) for index in range(3)))
    commit(room, lambda tx: change.apply(tx, [Revoked(ConversationId(1), 4, 1, NOW)]))
    assert head(cursor)[:2] == (seq, newest)


def test_what_stays_incomplete_is_given_up(room, cursor):
    store(room, piece(1, 0), piece(2, 1))
    commit(room, part.expire)
    assert cursor.fetch("SELECT count(*) FROM part") == [(2,)]

    def age(tx):
        tx.execute("UPDATE part SET arrived_at = arrived_at - ?", [part.EXPIRY + 1])

    commit(room, age)
    commit(room, part.expire)
    assert cursor.fetch("SELECT count(*) FROM part") == [(0,)]
    store(room, piece(3, 2))
    assert shown(cursor)[2] == (3, "part", "<2>")

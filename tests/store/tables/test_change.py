"""Edits, revokes and reactions, in every order and by every way."""

import itertools

import pytest

from imnb.models.change import Edited, Reacted, Revoked
from imnb.models.content import Content
from imnb.models.ids import ConversationId, UserId
from imnb.models.message import Message, Reaction
from imnb.store.tables import change, conversation, message
from imnb.wire.mapping.content import to_bytes
from tests.store.rows import NOW, commit, group, row, told

THUMB = Reaction(UserId("bob"), "👍")
TO_ME = to_bytes(Content(mentions=(UserId("me"),)))


def at(seq, number):
    return ConversationId(1), seq, number


EDIT = Edited(*at(1, 1), "edited", b"", NOW)
LIKE = Reacted(*at(1, 2), THUMB)
UNLIKE = Reacted(*at(1, 3), THUMB, is_removed=True)
REVOKE = Revoked(*at(1, 4), NOW + 1)


def state(cursor):
    return cursor.fetch(
        "SELECT seq, text, edited_at, revoked_at, change_seq, (SELECT "
        "list(r.user_id || r.emoji ORDER BY r.user_id) FROM reaction r "
        "WHERE r.seq = m.seq) FROM message m ORDER BY seq"
    )


@pytest.fixture
def room(ledger):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    commit(ledger, lambda tx: message.add(tx, [row(1, 1), row(1, 2)]))
    return ledger


def came_as(**fields):
    """The first message, by history."""
    values = dict(zip(("conversation_id", "seq"), at(1, 1)[:2], strict=True))
    values |= {"client_id": "", "sender_id": UserId("alice"), "kind": "text"}
    values |= {"text": "text 1", "content": b"", "sent_at": NOW + 1}
    return Message(**(values | fields))


def test_changes_are_carried_out_once(room, cursor, feed):
    commit(room, lambda tx: change.apply(tx, [EDIT, LIKE]))
    assert state(cursor)[0] == (1, "edited", NOW, None, 2, ["bob👍"])
    mark = feed.mark
    commit(room, lambda tx: change.apply(tx, [EDIT, LIKE]))
    assert feed.take(mark) == ([], mark)
    commit(room, lambda tx: change.apply(tx, [UNLIKE]))
    assert state(cursor)[0] == (1, "edited", NOW, None, 3, None)
    commit(room, lambda tx: change.apply(tx, [REVOKE]))
    assert state(cursor)[0] == (1, "", NOW, NOW + 1, 4, None)
    assert cursor.fetch("SELECT change_seq FROM conversation") == [(4,)]


def test_what_changed_is_told(room, feed):
    mark = feed.mark
    commit(room, lambda tx: change.apply(tx, [LIKE]))
    commit(room, lambda tx: change.apply(tx, [UNLIKE]))
    reaction = ("reaction", (1, 1, "bob", "👍"))
    assert told(feed, mark) == [
        ("message", (1, 1), False), (*reaction, False), ("conversation", 1, False),
        ("message", (1, 1), False), (*reaction, True), ("conversation", 1, False),
    ]  # fmt: skip


WAYS = list(itertools.permutations(["changes", "message", "state"]))


@pytest.mark.parametrize("ways", WAYS, ids="-".join)
def test_every_order_of_arrival_ends_the_same(ledger, cursor, ways):
    """As events, as the original message, and by history as of the second change."""
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    by_history = came_as(text="edited", edited_at=NOW, change_seq=2, reactions=(THUMB,))

    def arrive(tx, one):
        if one == "changes":
            change.apply(tx, [EDIT, LIKE, UNLIKE])
            return
        new = message.add(tx, [row(1, 1)])
        if one == "state":
            change.restate(tx, [by_history])
        change.arrived(tx, new)

    for one in ways:
        commit(ledger, lambda tx, one=one: arrive(tx, one))
    assert state(cursor) == [(1, "edited", NOW, None, 3, None)]
    assert cursor.fetch("SELECT * FROM waiting_change") == []


def test_a_state_that_is_older_changes_nothing(room, cursor):
    commit(room, lambda tx: change.apply(tx, [EDIT, LIKE]))
    old = came_as(text="older", edited_at=NOW - 1, change_seq=1)
    commit(room, lambda tx: change.restate(tx, [old]))
    assert state(cursor)[0] == (1, "edited", NOW, None, 2, ["bob👍"])


def counts(cursor):
    return cursor.fetch(
        "SELECT unread, mentions, last_text, last_is_revoked FROM conversation"
    )


def test_the_head_shows_what_the_last_message_says_now(room, cursor):
    assert counts(cursor) == [(2, 0, "text 2", False)]
    edit = Edited(*at(2, 1), "new", TO_ME, NOW)
    commit(room, lambda tx: change.apply(tx, [edit]))
    assert counts(cursor) == [(2, 1, "new", False)]
    commit(room, lambda tx: change.apply(tx, [Revoked(*at(2, 2), NOW)]))
    assert counts(cursor) == [(1, 0, "", True)]
    commit(room, lambda tx: change.apply(tx, [Revoked(*at(2, 3), NOW)]))
    assert counts(cursor) == [(1, 0, "", True)]
    commit(room, lambda tx: message.add(tx, [row(1, 3)]))
    assert counts(cursor) == [(2, 0, "text 3", False)]


def test_what_is_mine_or_read_does_not_count_when_it_is_revoked(ledger, cursor):
    room = group(1, members={"me": 1, "alice": 0})
    commit(ledger, lambda tx: conversation.upsert(tx, [room]))
    rows = [row(1, 1), row(1, 2, "me"), row(1, 3)]
    commit(ledger, lambda tx: message.add(tx, rows))
    assert counts(cursor)[0][0] == 1
    revokes = [Revoked(*at(seq, seq), NOW) for seq in (1, 2)]
    commit(ledger, lambda tx: change.apply(tx, revokes))
    assert counts(cursor)[0][0] == 1


def test_a_change_of_a_conversation_that_is_gone_is_dropped(room, cursor):
    commit(room, lambda tx: change.apply(tx, [Edited(*at(9, 1), "", b"", 1)]))
    assert cursor.fetch("SELECT count(*) FROM waiting_change") == [(1,)]
    commit(room, lambda tx: conversation.remove(tx, [1]))
    commit(room, lambda tx: change.apply(tx, [EDIT]))
    assert cursor.fetch("SELECT count(*) FROM waiting_change") == [(0,)]
    assert cursor.fetch("SELECT count(*) FROM conversation") == [(0,)]

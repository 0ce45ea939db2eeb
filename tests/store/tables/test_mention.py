"""Who is mentioned, and the badge that counts it."""

import pytest

from imnb.models.content import EVERYBODY, Content
from imnb.models.ids import UserId
from imnb.store.tables import conversation, mention, message
from imnb.wire.mapping.content import to_bytes
from tests.store.rows import commit, group, row


def naming(*users):
    return to_bytes(Content(mentions=tuple(map(UserId, users))))


def store(ledger, *rows):
    commit(ledger, lambda tx: mention.record(tx, message.add(tx, rows)))


def badge(cursor):
    return cursor.fetch("SELECT mentions FROM conversation")[0][0]


@pytest.fixture
def room(ledger):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    return ledger


@pytest.mark.parametrize(
    ("sender", "users", "count"),
    [
        ("alice", ["me"], 1),
        ("alice", [EVERYBODY, "me", "me"], 1),
        ("alice", ["bob"], 0),
        ("me", [EVERYBODY], 0),
    ],
)
def test_what_counts(room, cursor, sender, users, count):
    store(room, row(1, 1, sender, content=naming(*users)))
    assert badge(cursor) == count
    found = cursor.fetch("SELECT user_id FROM mention")
    assert {user for (user,) in found} == set(users)
    assert len(found) == len(set(users))


def test_reading_takes_the_badge_down(room, cursor):
    rows = [row(1, seq, content=naming("me")) for seq in (1, 2, 3)]
    store(room, *rows, row(1, 4))
    assert badge(cursor) == 3
    commit(room, lambda tx: conversation.read_cursor(tx, 1, "me", 2))
    assert badge(cursor) == 1
    commit(room, lambda tx: conversation.read_cursor(tx, 1, "me", 4))
    assert badge(cursor) == 0
    store(room, row(1, 5, content=naming("me")))
    assert badge(cursor) == 1


def test_messages_that_were_here_before_their_conversation_count(ledger, cursor):
    store(
        ledger, row(1, 1, content=naming("me")), row(1, 2, "me", content=naming("me"))
    )
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    assert badge(cursor) == 1


@pytest.mark.parametrize(("kind", "content"), [("poll", naming("me")), ("text", b"\1")])
def test_what_cannot_be_read_mentions_nobody(kind, content):
    assert mention.mentioned(kind, content) == ()

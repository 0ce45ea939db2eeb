from imnb.models.ids import ConversationId, UserId
from imnb.store.tables import conversation, hole, message
from tests.store.rows import commit, group, row, told


def test_what_is_stored_is_what_is_loaded(ledger, cursor):
    groups = [group(1), group(2, "Team", members={"me": 0, "bob": 3, "al": 0})]
    commit(ledger, lambda tx: conversation.upsert(tx, groups))
    loaded = {one.conversation_id: one for one in conversation.load(cursor)}
    assert loaded[1] == group(1, members={"alice": 0, "me": 0})
    assert [m.user_id for m in loaded[2].members] == ["al", "bob", "me"]
    changed = group(2, "Crew", members={"me": 0}, last_seq=4, change_seq=2, version=1)
    commit(ledger, lambda tx: conversation.upsert(tx, [group(2), changed], whole=True))
    assert conversation.load(cursor)[1] == changed


def test_it_keeps_what_messages_told(ledger, cursor):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    commit(ledger, lambda tx: message.insert(tx, [row(1, 1), row(1, 2)]))
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1, "new name")]))
    assert cursor.fetch(
        "SELECT title, last_seq, unread, last_text FROM conversation"
    ) == [("new name", 2, 2, "text 2")]


def test_messages_before_their_conversation(ledger, cursor):
    commit(ledger, lambda tx: message.insert(tx, [row(1, 1), row(1, 2, "me")]))
    assert cursor.fetch("SELECT * FROM conversation") == []
    ledger._residents.heads.rollback()
    ledger._residents.heads._heads.clear()  # as after a restart
    ledger._residents.heads.load(cursor)
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    assert cursor.fetch("SELECT last_seq, unread, last_text FROM conversation") == [
        (2, 1, "text 2")
    ]


def test_read_cursors(ledger, cursor):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1), group(2)]))
    rows = [row(1, seq, "me" if seq == 4 else "alice") for seq in range(1, 7)]
    commit(ledger, lambda tx: message.insert(tx, rows))
    moves = [(1, "me", 3), (1, "me", 2), (2, "alice", 5), (9, "me", 1)]
    commit(ledger, lambda tx: conversation.read_cursors(tx, moves))
    assert cursor.fetch("SELECT read_seq, unread FROM conversation ORDER BY 1") == [
        (0, 0),
        (3, 2),
    ]
    assert cursor.fetch(
        "SELECT conversation_id, user_id FROM member WHERE read_seq > 0 ORDER BY 1"
    ) == [(1, "me"), (2, "alice")]
    commit(ledger, lambda tx: conversation.read_cursor(tx, 1, "me", 1))  # back
    commit(ledger, lambda tx: conversation.read_cursors(tx, []))
    assert cursor.fetch("SELECT max(read_seq) FROM member WHERE user_id = 'me'") == [
        (3,)
    ]
    commit(ledger, lambda tx: conversation.read_cursor(tx, 1, "me", 6))
    assert cursor.fetch("SELECT max(unread) FROM conversation") == [(0,)]


def test_remove(ledger, cursor, feed):
    def fill(tx):
        conversation.upsert(tx, [group(1), group(2)])
        message.insert(tx, [row(1, 1), row(2, 1)])
        hole.add(tx, 1, 5, 9)

    commit(ledger, fill)
    mark = feed.mark
    commit(ledger, lambda tx: conversation.remove(tx, [1, 1]))
    commit(ledger, lambda tx: conversation.remove(tx, []))
    for table in ("conversation", "member", "message", "hole"):
        found = cursor.fetch(f"SELECT DISTINCT conversation_id FROM {table}")
        assert found in ([(2,)], [])
    assert told(feed, mark) == [("conversation", 1, True)]
    commit(ledger, lambda tx: message.insert(tx, [row(1, 1)]))  # too late
    assert cursor.fetch("SELECT conversation_id FROM message") == [(2,)]


def test_the_view_names_a_direct_conversation_after_the_other(ledger, cursor):
    one = group(1, "x")
    untitled = type(one)(
        conversation_id=ConversationId(2),
        kind=one.kind,
        title="",
        members=one.members,
        created_at=1,
    )
    alone = group(3, members={"me": 0})
    nobody = type(alone)(
        conversation_id=ConversationId(3),
        kind=alone.kind,
        title="",
        members=alone.members,
        created_at=1,
    )
    commit(ledger, lambda tx: conversation.upsert(tx, [one, untitled, nobody]))
    titles = cursor.fetch("SELECT title FROM conversations ORDER BY conversation_id")
    models = [c.title_for(UserId("me")) for c in (one, untitled, nobody)]
    assert [title for (title,) in titles] == models

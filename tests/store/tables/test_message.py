import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imnb.store.feed import Feed
from imnb.store.opening import STORE, open_ledger
from imnb.store.tables import conversation, message, outbox
from tests.store.rows import NOW, commit, draft, group, row, told


def stored(reader):
    return reader.fetch("SELECT conversation_id, seq, text FROM message ORDER BY 1, 2")


KNOWN = [
    ([1, 2, 3], 3),
    ([3, 2, 1], 3),
    ([1, 1], 1),
    ([2, 1, 2, 1], 2),
    ([5, 5, 5, 4], 2),
    ([], 0),
]


@pytest.mark.parametrize(("seqs", "new"), KNOWN)
def test_what_is_there_is_left_as_it_is(ledger, cursor, seqs, new):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    rows = [row(1, seq, text=f"{seq}") for seq in seqs]
    again = [row(1, seq, text="other") for seq in seqs]
    assert commit(ledger, lambda tx: message.insert(tx, rows)) == [new]
    assert commit(ledger, lambda tx: message.insert(tx, again)) == [0]
    assert stored(cursor) == [(1, seq, f"{seq}") for seq in sorted(set(seqs))]


def test_an_event_of_a_message_that_came_before_it_gives_it_its_number(
    ledger, cursor, feed
):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    early = [(*row(1, seq, sender)[:8], 0) for seq, sender in ((7, "alice"), (8, "me"))]
    commit(ledger, lambda tx: message.insert(tx, early))
    mark = feed.mark
    events = [row(1, 6), row(1, 7, text="other"), row(1, 8, "me")]
    assert commit(ledger, lambda tx: message.insert(tx, events)) == [1]
    assert cursor.fetch("SELECT seq, text, event_seq FROM message ORDER BY seq") == [
        (6, "text 6", 6),
        (7, "text 7", 7),
        (8, "text 8", 0),  # nobody is told of mine
    ]
    assert ("message", (1, 7), False) in told(feed, mark)
    # once is enough
    mark = feed.mark
    commit(ledger, lambda tx: message.insert(tx, events))
    assert told(feed, mark) == []


batches = st.lists(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 12), st.booleans())),
    max_size=5,
)


@settings(max_examples=20, deadline=None)
@given(batches)
def test_heads_are_what_sql_would_count(found):
    ledger = open_ledger(None, "me", STORE, Feed(), lambda: NOW)
    groups = [group(key) for key in (1, 2, 3)]
    commit(ledger, lambda tx: conversation.upsert(tx, groups))
    seen: dict[tuple[int, int], str] = {}
    for batch in found:
        rows = [row(c, seq, "me" if mine else "alice") for c, seq, mine in batch]
        commit(ledger, lambda tx, rows=rows: message.insert(tx, rows))
        for one in rows:
            seen.setdefault(one[:2], one[3])
    cursor = ledger.cursor()
    for key, last, unread, text in cursor.fetch(
        "SELECT conversation_id, last_seq, unread, last_text FROM conversation"
    ):
        seqs = {seq: sender for (c, seq), sender in seen.items() if c == key}
        assert last == max(seqs, default=0)
        # what is between is on the server, and not mine as far as is known
        assert unread == last - sum(sender == "me" for sender in seqs.values())
        assert text == (f"text {last}" if seqs else None)
    assert cursor.fetch("SELECT count(*) FROM message") == [(len(seen),)]
    cursor.duck.close()
    ledger.close()


def test_a_message_takes_its_draft_out_of_the_outbox(ledger, cursor, feed):
    commit(ledger, lambda tx: [outbox.add(tx, draft(key)) for key in "abc"])
    mark = feed.mark
    rows = [row(1, 1, "me", client_id="a"), row(1, 2, "eve", client_id="b")]
    commit(ledger, lambda tx: message.insert(tx, rows))
    assert [d.client_id for d in outbox.pending(cursor)] == ["b", "c"]
    assert [one for one in told(feed, mark) if one[2]] == [("outbox", "a", True)]


def test_a_known_message_takes_its_draft_too(ledger, cursor):
    one = row(1, 1, "me", client_id="a")
    commit(ledger, lambda tx: message.insert(tx, [one]))
    commit(ledger, lambda tx: outbox.add(tx, draft("a")))
    commit(ledger, lambda tx: message.insert(tx, [one]))
    assert outbox.pending(cursor) == []


def test_pages_from_the_newest_end(ledger, cursor):
    rows = [row(1, seq, sent_at=NOW + seq // 3) for seq in range(1, 31)]
    other = [row(2, seq) for seq in range(1, 9)]
    mixed = rows + other
    random.Random(1).shuffle(mixed)
    commit(ledger, lambda tx: message.insert(tx, mixed))
    before, found = None, []
    while page := message.page(cursor, 1, before, limit=7):
        found += page
        before = (page[-1][7], page[-1][1])
    assert [one[1] for one in found] == list(range(30, 0, -1))
    assert message.model(found[0]).text == "text 30"


def test_sent_finds_mine_only(ledger, cursor):
    rows = [row(1, 1, "me", client_id="a"), row(1, 2, "eve", client_id="b")]
    commit(ledger, lambda tx: message.insert(tx, rows))
    assert [m.seq for m in message.sent(cursor, "me", ["a", "b", "c"])] == [1]
    assert message.sent(cursor, "me", []) == []


def test_chat_row_keys(ledger, cursor):
    """Mine keep their client id; nobody else can choose a key."""
    rows = [row(1, 1, "me", client_id="a"), row(1, 2, "eve", client_id="b")]
    commit(ledger, lambda tx: message.insert(tx, rows))
    commit(ledger, lambda tx: outbox.add(tx, draft("b")))
    assert cursor.fetch("SELECT key, seq, state FROM chat_row ORDER BY seq") == [
        ("a", 1, "sent"),
        ("#2", 2, "sent"),
        ("b", None, "sending"),
    ]

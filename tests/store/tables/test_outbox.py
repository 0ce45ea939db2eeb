import dataclasses

import pytest

from imnb.errors import StoreError
from imnb.models.content import Content
from imnb.models.ids import UserId
from imnb.models.message import SendState
from imnb.store.tables import attachment as attachments
from imnb.store.tables import message, outbox
from imnb.wire.mapping.content import to_bytes
from tests.store.rows import commit, draft, row
from tests.store.tables.test_attachment import attachment

BOB = (UserId("bob"),)


def pending(reader):
    return [one.client_id for one in outbox.pending(reader)]


def _accept(tx, rows, client_ids):
    message.insert(tx, rows)
    outbox.accepted(tx, client_ids)


def test_in_the_order_of_writing(ledger, cursor):
    for key in "bca":
        commit(ledger, lambda tx, key=key: outbox.add(tx, draft(key)))
    assert pending(cursor) == ["b", "c", "a"]
    assert outbox.find(cursor, "c") == draft("c")
    assert outbox.find(cursor, "x") is None


def test_one_client_id_once(ledger, cursor):
    commit(ledger, lambda tx: outbox.add(tx, draft("a")))
    with pytest.raises(StoreError, match="draft a is in the outbox already"):
        commit(ledger, lambda tx: outbox.add(tx, draft("a", text="other")))
    assert outbox.pending(cursor) == [draft("a")]


def test_failed_retry_discard(ledger, cursor, feed):
    commit(ledger, lambda tx: [outbox.add(tx, draft(key)) for key in "ab"])
    commit(ledger, lambda tx: outbox.failed(tx, "a", "too long"))
    assert pending(cursor) == ["b"]
    found = outbox.find(cursor, "a")
    assert found == dataclasses.replace(
        draft("a"), state=SendState.FAILED, error="too long"
    )
    assert commit(ledger, lambda tx: outbox.retry(tx, "a")) == [(draft("a"), None)]
    for one in "abx":  # under way, or gone
        assert commit(ledger, lambda tx, one=one: outbox.retry(tx, one)) == [None]
    assert outbox.pending(cursor) == [draft("b"), draft("a")]
    assert cursor.fetch("SELECT attempts FROM outbox ORDER BY position") == [(0,), (1,)]
    commit(ledger, lambda tx: outbox.discard(tx, "a"))
    mark = feed.mark
    commit(ledger, lambda tx: outbox.discard(tx, "a"))
    commit(ledger, lambda tx: outbox.failed(tx, "a", "gone"))
    assert feed.take(mark) == ([], mark)
    assert pending(cursor) == ["b"]


def test_accepted_moves_in_one_commit(ledger, cursor):
    commit(ledger, lambda tx: outbox.add(tx, draft("a")))
    rows = [row(1, 1, "me", client_id="a")]
    commit(ledger, lambda tx: _accept(tx, rows, ["a"]))
    assert outbox.pending(cursor) == []
    assert cursor.fetch("SELECT client_id, state FROM chat_row") == [("a", "sent")]
    commit(ledger, lambda tx: _accept(tx, rows, ["a"]))
    assert cursor.fetch("SELECT count(*) FROM message") == [(1,)]


def test_readdress(ledger, cursor):
    drafts = [draft("a", 1), draft("b", 2), draft("c", 3)]
    commit(ledger, lambda tx: [outbox.add(tx, one) for one in drafts])
    commit(ledger, lambda tx: outbox.readdress(tx, {1: 11, 3: 13}, "lost"))
    assert [(d.client_id, d.conversation_id) for d in outbox.pending(cursor)] == [
        ("a", 11),
        ("c", 13),
    ]
    assert outbox.find(cursor, "b").error == "lost"
    assert outbox.failures(cursor, ["a", "b", "x"]) == {"b": "lost"}
    commit(ledger, lambda tx: outbox.readdress(tx, {}, "lost too"))
    assert pending(cursor) == []


def test_what_is_lost_goes_to_nobody_else(ledger, cursor):
    """Conversation 2 of the new state is another one than that of the old."""
    commit(ledger, lambda tx: [outbox.add(tx, draft(key, 2)) for key in "ab"])
    commit(ledger, lambda tx: outbox.failed(tx, "a", "too long"))
    commit(ledger, lambda tx: outbox.readdress(tx, {1: 2}, "lost"))
    rows = "SELECT client_id FROM outbox WHERE conversation_id > 0"
    assert cursor.fetch(rows) == []
    assert outbox.failures(cursor, ["a", "b"]) == {"a": "too long", "b": "lost"}
    with pytest.raises(StoreError, match="b cannot be sent: lost"):
        commit(ledger, lambda tx: outbox.retry(tx, "b"))
    commit(ledger, lambda tx: outbox.readdress(tx, {1: 2}, "lost again"))
    assert cursor.fetch(rows) == []


def test_a_draft_with_a_file_is_sent_when_that_is_uploaded(ledger, cursor):
    for key in "abc":
        file = attachment(key) if key == "a" else None
        commit(ledger, lambda tx, key=key, file=file: outbox.add(tx, draft(key), file))
    assert outbox.jobs(cursor)[:2] == [
        (draft("a"), attachment("a")),
        (draft("b"), None),
    ]
    [job] = commit(ledger, lambda tx: outbox.uploaded(tx, "a", "f1", b"card"))
    assert job == (dataclasses.replace(draft("a"), content=b"card"), None)
    assert pending(cursor) == ["b", "c", "a"]
    assert outbox.jobs(cursor)[-1] == job
    assert attachments.find(cursor, "a").file_id == "f1"


def test_who_gave_up_a_draft_gave_up_its_file(ledger, cursor):
    commit(ledger, lambda tx: outbox.add(tx, draft("a"), attachment("a")))
    commit(ledger, lambda tx: outbox.discard(tx, "a"))
    assert attachments.find(cursor, "a") is None
    assert commit(ledger, lambda tx: outbox.uploaded(tx, "a", "f1", b"")) == [None]


def test_the_file_of_an_accepted_message_stays_known(ledger, cursor):
    commit(ledger, lambda tx: outbox.add(tx, draft("a"), attachment("a")))
    commit(ledger, lambda tx: outbox.uploaded(tx, "a", "f1", b"card"))
    rows = [row(1, 1, "me", client_id="a")]
    commit(ledger, lambda tx: _accept(tx, rows, ["a"]))
    commit(ledger, lambda tx: outbox.discard(tx, "a"))
    assert attachments.find(cursor, "a").path == "/a.bin"


def test_a_failed_upload_is_retried_and_a_finished_one_is_not(ledger, cursor):
    for key in "ab":
        commit(ledger, lambda tx, key=key: outbox.add(tx, draft(key), attachment(key)))
    commit(ledger, lambda tx: outbox.uploaded(tx, "b", "f1", b"card"))
    commit(ledger, lambda tx: attachments.failed(tx, "a", "gone"))
    for key in "ab":
        commit(ledger, lambda tx, key=key: outbox.failed(tx, key, "gone"))
    [again] = commit(ledger, lambda tx: outbox.retry(tx, "a"))
    assert again == (draft("a"), attachment("a"))
    [(_, file)] = commit(ledger, lambda tx: outbox.retry(tx, "b"))
    assert file is None


def test_drafts_of_a_conversation_that_i_left_fail(ledger, cursor):
    drafts = [draft("a", 1), draft("b", 2), draft("c", 3)]
    commit(ledger, lambda tx: [outbox.add(tx, one) for one in drafts])
    commit(ledger, lambda tx: outbox.fail_in(tx, [1, 3, 9], "you left"))
    assert pending(cursor) == ["b"]
    assert outbox.failures(cursor, "abc") == {"a": "you left", "c": "you left"}


def test_what_is_unsent_can_be_listed(ledger, cursor):
    commit(ledger, lambda tx: outbox.add(tx, draft("a"), attachment("a")))
    commit(ledger, lambda tx: outbox.add(tx, draft("b")))
    commit(ledger, lambda tx: outbox.failed(tx, "b", "too long"))
    rows = cursor.fetch("SELECT client_id, state, error, file, done FROM unsent")
    assert rows == [
        ("a", "sending", "", "a.bin", 0),
        ("b", "failed", "too long", None, None),
    ]


def test_a_server_that_started_anew_needs_the_files_again(ledger, cursor):
    for key in "ab":
        commit(ledger, lambda tx, key=key: outbox.add(tx, draft(key), attachment(key)))
        commit(ledger, lambda tx, key=key: outbox.uploaded(tx, key, "f1", b"card"))
    commit(ledger, lambda tx: outbox.accepted(tx, ["b"]))
    commit(ledger, lambda tx: outbox.readdress(tx, {1: 11}, "lost"))
    [(again, file)] = outbox.jobs(cursor)
    assert (again.conversation_id, file) == (11, attachment("a"))
    assert attachments.find(cursor, "b").state == "done"


def test_another_state_of_the_server_has_not_what_a_draft_answers(ledger, cursor):
    answering = dataclasses.replace(
        draft("a"), content=to_bytes(Content(reply_to=7, mentions=BOB))
    )
    commit(ledger, lambda tx: outbox.add(tx, answering))
    commit(ledger, lambda tx: outbox.readdress(tx, {1: 4}, "lost"))
    [found] = outbox.pending(cursor)
    assert found.content == to_bytes(Content(mentions=BOB))

import pytest

from imnb.errors import StoreError
from imnb.store import ledger as ledger_module
from imnb.store.ledger import Job
from imnb.store.tables import conversation, message
from imnb.store.tables import cursor as cursor_table
from tests.store.rows import commit, group, row


def run(ledger, *changes):
    jobs = [Job(change, 1, None) for change in changes]
    ledger.run(jobs)
    return [job.error or job.result for job in jobs]


def seqs(reader):
    return [row[0] for row in reader.fetch("SELECT seq FROM message ORDER BY seq")]


def insert(seq):
    return lambda tx: message.insert(tx, [row(1, seq)])


def refuse(tx):
    message.insert(tx, [row(1, 50)])
    raise ValueError("bad caller")


def hide(tx):
    message.insert(tx, [row(1, 60)])
    with pytest.raises(StoreError):
        tx.execute("INSERT INTO hole VALUES ('x', 1, 1)")


def double(tx):
    tx.append("message", [(*row(1, 70), 1)] * 2)


def bad_value(tx):
    tx.append("message", [(*row(1, 80), 1), (*row(1, 81)[:7], "no", 1, 1)])


BAD = [refuse, hide, double, bad_value]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_only_the_bad_caller_of_a_group_fails(ledger, cursor, feed, bad, place):
    changes = [insert(1), insert(2)]
    changes.insert(place, bad)
    results = run(ledger, *changes)
    assert isinstance(results.pop(place), (ValueError, StoreError))
    assert results == [1, 1]
    assert seqs(cursor) == [1, 2]
    assert {key for batch in feed.take(0)[0] for key in batch.keys} == {(1, 1), (1, 2)}


@pytest.mark.parametrize("bad", BAD)
def test_after_an_error_nothing_moved(ledger, cursor, feed, bad):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    before = ledger.revision, feed.mark, repr(ledger._residents.heads.get(1))

    def change(tx):
        cursor_table.save(tx, "epoch", 9)
        bad(tx)

    [error] = run(ledger, change)
    assert isinstance(error, (ValueError, StoreError))
    after = ledger.revision, feed.mark, repr(ledger._residents.heads.get(1))
    assert after == before
    assert cursor_table.load(cursor) == ("", 0)
    assert run(ledger, insert(1)) == [1]
    assert seqs(cursor) == [1]


def test_one_group_is_one_transaction(ledger, cursor):
    """Later changes of a group build on the earlier ones."""
    results = run(ledger, insert(1), insert(1), insert(2))
    assert results == [1, 0, 1]
    assert seqs(cursor) == [1, 2]


def test_an_exit_in_a_change_does_not_end_the_thread(ledger):
    def leave(tx):
        raise SystemExit

    [error] = run(ledger, leave)
    assert isinstance(error, SystemExit)
    assert run(ledger, insert(1)) == [1]


def test_checkpoint_only_when_there_is_something(ledger, monkeypatch):
    monkeypatch.setattr(ledger_module, "CHECKPOINT_ROWS", 2)
    run(ledger, insert(1))
    ledger.checkpoint()
    assert ledger._since_checkpoint == 1
    run(ledger, insert(2))
    ledger.checkpoint()
    assert ledger._since_checkpoint == 0


def test_checkpoint_waits_for_readers(ledger, cursor, monkeypatch):
    monkeypatch.setattr(ledger_module, "CHECKPOINT_ROWS", 1)
    run(ledger, insert(1))
    cursor.fetch("BEGIN")
    seqs(cursor)
    run(ledger, insert(2))
    ledger.checkpoint()  # with or without success: nothing is raised
    assert seqs(cursor) == [1]
    cursor.fetch("COMMIT")
    assert seqs(cursor) == [1, 2]

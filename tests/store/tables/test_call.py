from imnb.store.feed import Feed
from imnb.store.migrator import Series, open_file
from imnb.store.opening import STORE, open_ledger
from imnb.store.tables import call
from tests.store.rows import NOW, commit

VIEW = (
    "SELECT epoch_us(started_at), command, ask_id, status, priority, attempts, "
    "queued_ms, sending_ms, waiting_ms, receiving_ms, total_ms, latency_ms, "
    "request_bytes, reply_bytes, error FROM calls"
)


def row(ask_id, command="Send"):
    done = (NOW, command, ask_id, "done", 3, 2)
    return (*done, 250, 50, 1500, 200, 2000, 90, 12, "")


def numbers(cursor):
    return [found[0] for found in cursor.fetch("SELECT ask_id FROM calls")]


def test_the_view_has_a_call_that_was_answered(ledger, cursor):
    commit(ledger, lambda tx: call.insert(tx, [row(7)]))
    assert cursor.fetch(VIEW) == [
        (NOW, "Send", 7, "done", 3, 2, 0.25, 0.05, 1.5, 0.2, 2.0, 1.55, 90, 12, "")
    ]


def test_what_a_call_did_not_reach_is_empty(ledger, cursor):
    lost = (NOW, "Send", 0, "timed out", 0, 1)
    lost = (*lost, 3_000_000, None, None, None, 3_000_000, None, None, "CallTimeout")
    commit(ledger, lambda tx: call.insert(tx, [lost]))
    (found,) = cursor.fetch(VIEW)
    assert found[6:] == (3000, None, None, None, 3000, None, None, None, "CallTimeout")


def test_the_newest_are_kept_in_the_order_in_which_they_ended(ledger, cursor):
    for first in range(1, 10, 2):
        rows = [row(first), row(first + 1)]
        commit(ledger, lambda tx, rows=rows: call.insert(tx, rows, kept=3))
    assert numbers(cursor) == [8, 9, 10]


def test_of_a_batch_that_is_too_large_the_newest_are_kept(ledger, cursor):
    commit(ledger, lambda tx: call.insert(tx, [row(1)], kept=400))
    rows = [row(ask_id) for ask_id in range(2, 1000)]
    commit(ledger, lambda tx: call.insert(tx, rows, kept=400))
    assert numbers(cursor) == list(range(600, 1000))


def test_no_calls_cost_nothing_and_nobody_is_told(ledger, cursor, feed):
    mark, revision = feed.mark, ledger.revision
    commit(ledger, lambda tx: call.insert(tx, []))
    commit(ledger, lambda tx: call.insert(tx, [row(1)]))
    assert (feed.take(mark)[0], ledger.revision) == ([], revision)
    assert numbers(cursor) == [1]


def test_a_store_of_the_first_version_gets_the_table(tmp_path):
    path = tmp_path / "x.duckdb"
    first = Series(STORE.application, STORE.scripts[:1])
    open_file(path, first).close()
    opened = open_ledger(path, "me", STORE, Feed(), lambda: NOW)
    commit(opened, lambda tx: call.insert(tx, [row(1)]))
    assert numbers(opened.cursor()) == [1]
    opened.close()

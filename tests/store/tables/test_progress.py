from imnb.store.tables import progress
from imnb.store.tables.progress import Progress
from tests.store.rows import commit


def test_it_begins_at_nothing_and_moves(ledger, cursor):
    assert progress.load(cursor, "poll") == Progress(0, 0)
    for at in (Progress(1, 5), Progress(1, 9)):
        commit(ledger, lambda tx, at=at: progress.save(tx, "poll", at))
    assert progress.load(cursor, "poll") == Progress(1, 9)
    assert progress.load(cursor, "other") == Progress()

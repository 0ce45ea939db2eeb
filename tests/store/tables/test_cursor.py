from imnb.store.tables import cursor as cursor_table
from tests.store.rows import commit


def test_the_last_of_a_transaction_counts(ledger, cursor):
    assert cursor_table.load(cursor) == ("", 0)

    def move(tx):
        cursor_table.save(tx, "epoch", 5)
        cursor_table.save(tx, "epoch", 9)
        return tx.position.at

    assert commit(ledger, move) == [("epoch", 9)]
    assert cursor_table.load(cursor) == ("epoch", 9)
    assert cursor.fetch("SELECT count(*) FROM cursor") == [(1,)]

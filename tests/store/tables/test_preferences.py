from imnb.models.ids import ConversationId
from imnb.models.preferences import Preferences
from imnb.store.tables import conversation, preferences
from tests.store.rows import commit, group

ONE = ConversationId(1)


def store(ledger, *given):
    commit(ledger, lambda tx: preferences.store(tx, given))


def write(ledger, text, at):
    commit(ledger, lambda tx: preferences.write_draft(tx, 1, text, 3, at))


def test_what_the_server_says_holds(ledger, cursor):
    said = Preferences(ONE, 5, 6, "Dear", 2, 9)
    store(ledger, said)  # of a conversation that is not here
    assert preferences.load(cursor, 1) is None
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    store(ledger, said)
    assert preferences.load(cursor, 1) == said
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1, "new title")]))
    assert preferences.load(cursor, 1) == said


def test_the_latest_draft_wins(ledger, cursor):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    write(ledger, "Dear Bob", 10)
    assert preferences.unsent(cursor) == [Preferences(ONE, 0, 0, "Dear Bob", 3, 10)]
    store(ledger, Preferences(ONE, 5, 6, "older", 0, 9))
    mine = Preferences(ONE, 5, 6, "Dear Bob", 3, 10)
    assert preferences.load(cursor, 1) == mine
    assert preferences.unsent(cursor) == [mine]
    store(ledger, mine)  # the server has it now
    assert preferences.unsent(cursor) == []
    store(ledger, Preferences(ONE, 5, 6, "later", 0, 11))
    assert preferences.load(cursor, 1).draft == "later"


def test_a_draft_counts_as_later_whatever_the_clock_says(ledger, cursor):
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    store(ledger, Preferences(ONE, 0, 0, "from afar", 0, 1_000))
    write(ledger, "mine", 5)
    assert preferences.load(cursor, 1).draft_at == 1_001
    write(ledger, "mine", 2_000)  # nothing new
    assert preferences.load(cursor, 1).draft_at == 1_001

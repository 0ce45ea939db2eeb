import pytest

from imnb.models.contact import Contact
from imnb.models.ids import UserId
from imnb.store.tables import contact
from tests.store.rows import commit

AL, BO = Contact(UserId("al"), "Ally", 3), Contact(UserId("bo"))


def run(ledger, function, *args, **options):
    return commit(ledger, lambda tx: function(tx, *args, **options))[0]


def test_changes_that_follow_are_carried_out(ledger, cursor, feed):
    assert run(ledger, contact.change, AL, 1, is_removed=False)
    assert run(ledger, contact.change, BO, 2, is_removed=False)
    assert run(ledger, contact.change, AL, 3, is_removed=True)
    assert contact.load(cursor) == [BO]
    assert contact.load_version(cursor) == 3
    assert run(ledger, contact.change, AL, 1, is_removed=False)  # known already
    assert contact.load(cursor) == [BO]


def test_one_that_does_not_follow_is_left_out(ledger, cursor):
    assert not run(ledger, contact.change, AL, 2, is_removed=False)
    assert contact.load(cursor) == []
    assert contact.load_version(cursor) == 0


@pytest.mark.parametrize("is_whole", [False, True])
def test_what_was_asked_for(ledger, cursor, is_whole):
    run(ledger, contact.update, [AL, BO], [], 4)
    run(ledger, contact.update, [Contact(UserId("cy"))], ["al"], 6, is_whole=is_whole)
    users = [one.user_id for one in contact.load(cursor)]
    assert users == (["cy"] if is_whole else ["bo", "cy"])


def test_an_answer_that_events_were_faster_than_is_dropped(ledger, cursor):
    run(ledger, contact.update, [AL], [], 4)
    run(ledger, contact.update, [BO], ["al"], 3, is_whole=True)
    assert contact.load(cursor) == [AL]

import stat

import pytest

from imnb.errors import StoreError, StoreLocked
from imnb.store.feed import Feed
from imnb.store.opening import STORE, TOMBSTONE_AGE, open_ledger
from imnb.store.tables import conversation, outbox
from tests.store.rows import NOW, commit, draft, group


def opened(path, me="me", now=NOW):
    return open_ledger(path, me, STORE, Feed(), lambda: now)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "local" / "me" / "notebook.duckdb"


def test_a_store_belongs_to_its_first_user(path):
    opened(path).close()
    with pytest.raises(StoreError, match="belongs to 'me', not to 'eve'"):
        opened(path, "eve")
    opened(path).close()  # the refusal left no lock


def test_the_folder_is_for_its_owner_only(path):
    opened(path).close()
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0


def test_the_lock_is_held_and_given_back(path):
    ledger = opened(path)
    with pytest.raises(StoreLocked):
        opened(path)
    ledger.close()
    opened(path).close()


def test_revisions_go_on_after_reopening(path):
    ledger = opened(path)
    commit(ledger, lambda tx: conversation.upsert(tx, [group(1)]))
    commit(ledger, lambda tx: outbox.add(tx, draft("a")))
    commit(ledger, lambda tx: outbox.discard(tx, "a"))
    last = ledger.revision
    ledger.close()
    ledger = opened(path)
    assert ledger.revision == last
    ledger.close()
    later = opened(path, now=NOW + TOMBSTONE_AGE + 1)  # prunes the tombstone
    assert later.revision == last
    cursor = later.cursor()
    assert cursor.fetch("SELECT count(*) FROM tombstone") == [(0,)]
    assert cursor.fetch("SELECT value FROM meta WHERE key = 'pruned_rev'") == [
        (str(last),)
    ]
    cursor.duck.close()
    later.close()


def test_a_folder_that_cannot_be_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="choose a folder"):
        opened(tmp_path / "file" / "x.duckdb")

import asyncio
import threading

import pytest

from imnb.errors import ClosedError, StoreCorrupt, StoreLocked
from imnb.store import journal as journal_module
from imnb.store.database import Database
from imnb.store.journal import Journal


@pytest.fixture
def path(tmp_path):
    return tmp_path / "server.duckdb"


async def records(journal):
    return [record async for record in journal.load()]


async def test_what_was_acknowledged_is_there_again_in_order(path, monkeypatch):
    monkeypatch.setattr(journal_module, "PAGE", 7)
    written = [(f"kind{i % 3}", bytes([i % 256]) * (i % 5)) for i in range(400)]
    journal = await Journal.open(path)
    assert await records(journal) == []
    await asyncio.gather(*(journal.submit(*record) for record in written))
    assert await records(journal) == written
    await journal.close()
    journal = await Journal.open(path)
    assert await records(journal) == written
    await journal.submit("later", b"x")
    assert (await records(journal))[-1] == ("later", b"x")
    assert repr(journal) == "<Journal 401 records, 0 pending>"
    await journal.close()


async def test_close_commits_what_was_submitted(path):
    journal = await Journal.open(path)
    future = journal.submit("a", b"1")
    await journal.close()
    assert future.done()
    with pytest.raises(ClosedError):
        journal.submit("b", b"2")
    journal = await Journal.open(path)
    assert await records(journal) == [("a", b"1")]
    await journal.close()
    assert not [t for t in threading.enumerate() if "journal" in t.name]


async def test_it_has_one_owner(path):
    journal = await Journal.open(path)
    with pytest.raises(StoreLocked):
        await Journal.open(path)
    await journal.close()


async def test_a_users_store_is_no_journal(path):
    database = await Database.open(path, me="me")
    await database.close()
    with pytest.raises(StoreCorrupt, match="no imnb journal"):
        await Journal.open(path)


async def test_in_memory():
    journal = await Journal.open(None)
    await journal.submit("a", b"1")
    assert await records(journal) == [("a", b"1")]
    await journal.close()

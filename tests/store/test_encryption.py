"""A store with a key, as users have it; needs DuckDB's extension httpfs."""

import traceback

import duckdb
import pytest

from imnb.errors import QueryRefused, StoreCorrupt, StoreKeyError
from imnb.store.database import Database
from imnb.store.keys import StoreKey
from imnb.store.tables import conversation, message
from tests.store.rows import group, row

pytestmark = pytest.mark.encryption

SECRET = "5ecret-key-with-a-'quote"
TEXT = "text that nobody else may read"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.duckdb"


def opened(path, key=SECRET):
    return Database.open(
        path, me="me", key=lambda: None if key is None else StoreKey(key)
    )


def fill(tx):
    conversation.upsert(tx, [group(1, TEXT)])
    message.insert(tx, [row(1, seq, text=TEXT) for seq in range(1, 501)])


def contents(path):
    return {entry.name: entry.read_bytes() for entry in path.parent.iterdir()}


async def test_nothing_can_be_read_in_the_files(path):
    db = await opened(path)
    await db.write(fill, 501)
    log = contents(path)["x.duckdb.wal"]
    await db.write(lambda tx: message.insert(tx, [row(1, 501, text=TEXT)]))
    await db.close()
    db = await opened(path)
    assert (await db.sql("SELECT count(*) AS n FROM messages"))["n"][0] == 501
    assert await db.fetch("SELECT title FROM conversations") == [(TEXT,)]
    await db.close()
    kept = contents(path)
    assert set(kept) == {"x.duckdb"}
    for data in (log, kept["x.duckdb"]):
        assert len(data) > 1000
        assert TEXT.encode() not in data
        assert SECRET.encode() not in data


async def test_what_memory_has_no_room_for_is_encrypted_too(path):
    db = await opened(path)
    settings = dict(
        await db.fetch(
            "SELECT name, value FROM duckdb_settings() "
            "WHERE name IN ('temp_directory', 'temp_file_encryption')"
        )
    )
    assert settings == {
        "temp_directory": f"{path}.tmp",
        "temp_file_encryption": "true",
    }
    await db.close()


WRONG = [
    ("another key than that one", "its key is another one"),
    (None, "it is encrypted and no key was given"),
]


@pytest.mark.parametrize(("key", "said"), WRONG)
async def test_another_key_is_refused_and_the_file_untouched(path, key, said):
    db = await opened(path)
    await db.write(fill, 501)
    await db.close()
    before = contents(path)
    with pytest.raises(StoreKeyError, match=f"x.duckdb cannot.*{said}") as caught:
        await opened(path, key)
    assert contents(path) == before
    assert (key or SECRET) not in "".join(traceback.format_exception(caught.value))


async def test_a_key_for_a_plain_store_is_refused_and_the_file_untouched(path):
    db = await opened(path, None)
    await db.write(fill, 501)
    await db.close()
    before = contents(path)
    with pytest.raises(StoreKeyError, match=r"a key was given and it is not encr"):
        await opened(path)
    assert contents(path) == before


async def test_damage_is_told_and_untouched(path):
    db = await opened(path)
    await db.write(fill, 501)
    await db.close()
    whole = path.read_bytes()
    for place in (4096, 8192, 12_300, len(whole) - 5000):
        data = bytearray(whole)
        for i in range(place, min(place + 4000, len(data))):
            data[i] ^= 0x5A
        path.write_bytes(data)
        with pytest.raises((StoreCorrupt, StoreKeyError)):
            await opened(path)
        assert path.read_bytes() == data


async def test_the_guard_holds_on_it(path):
    db = await opened(path)
    for query in (
        f"FROM read_blob('{path}')",
        "FROM duckdb_databases",
        "SELECT * FROM duckdb_settings()",
        "ATTACH 'y.duckdb'",
    ):
        with pytest.raises(QueryRefused):
            await db.sql(query)
    assert SECRET not in repr(db)
    await db.close()


async def test_it_is_really_encrypted(path):
    db = await opened(path)
    await db.close()
    with pytest.raises(duckdb.Error, match="without a key"):
        duckdb.connect(str(path))

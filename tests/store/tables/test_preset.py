import pytest

from imnb.store.tables import cursor, preset
from tests.live.stores import ME, open_store, put, row


@pytest.fixture
async def database():
    store = await open_store()
    yield store
    await store.close()


async def arrived(database, **options):
    found = await database.read(lambda c: preset.arrived(c, "ring", **options))
    return [(place[1], message.text) for place, message in found]


async def begin(database):
    await database.write(lambda tx: preset.begin(tx, "ring"))


async def told(database, event_seq):
    def change(tx):
        preset.told(tx, "ring", (tx.position.at[0], event_seq))

    await database.write(change)


async def test_it_begins_with_what_comes_next_and_goes_on_from_there(database):
    await put(database, row(1, 1, "a"))
    await database.write(lambda tx: cursor.save(tx, "e", 1))
    await begin(database)
    await put(database, row(1, 2, "b"), row(1, 3, "c", ME), row(1, 4, "d"))
    assert await arrived(database) == [(2, "b"), (4, "d")]
    assert await arrived(database, limit=1) == [(2, "b")]
    await told(database, 2)
    await begin(database)  # a later start changes nothing
    assert await arrived(database) == [(4, "d")]
    assert await arrived(database, hidden={"text"}) == []


async def test_what_was_revoked_before_is_left_out(database):
    await begin(database)
    await put(database, row(1, 1, "a"), row(1, 2, "b"))
    await database.write(
        lambda tx: tx.execute("UPDATE message SET revoked_at = 5 WHERE seq = 1")
    )
    assert await arrived(database) == [(2, "b")]


async def test_in_a_new_epoch_the_count_begins_anew(database):
    await database.write(lambda tx: cursor.save(tx, "old", 70))
    await begin(database)
    await database.write(lambda tx: cursor.save(tx, "new", 3))
    await begin(database)
    await put(database, row(1, 4, "after"))
    assert await arrived(database) == [(4, "after")]
    await told(database, 4)
    assert await arrived(database) == []
    assert await database.fetch("SELECT name, version, rev FROM progress") == [
        ("ring@new", 1, 4)
    ]


async def test_who_was_told_of_an_earlier_epoch_hears_all_of_the_next(database):
    await database.write(lambda tx: cursor.save(tx, "old", 0))
    await begin(database)
    await put(database, row(1, 70, "before"))
    [(place, _)] = await database.read(lambda c: preset.arrived(c, "ring"))
    await database.write(lambda tx: cursor.save(tx, "new", 3))  # while it is told
    await database.write(lambda tx: preset.told(tx, "ring", place))
    await put(database, row(2, 4, "after"))
    assert await arrived(database) == [(4, "after"), (70, "before")]

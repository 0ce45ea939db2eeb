from imnb.live import rules
from imnb.live.count import Count
from imnb.live.fresh import Fresh
from imnb.store.feed import Batch
from tests.live.stores import open_store, put, put_room, room, row


async def test_a_figure_is_one_row():
    database = await open_store()
    assert await database.read(rules.unread().read) == [("unread", 0, 0)]
    await put_room(database, room(1, "Team"), room(2))
    await put(database, row(1, 1), row(2, 1), row(2, 2))
    assert await database.read(rules.unread().read) == [("unread", 3, 3)]
    assert await database.read(rules.mentions().read) == [("mentions", 0, 0)]
    await database.close()


def test_only_its_tables_touch_it():
    count = Count(rules.unread(), print)
    assert count.is_touched_by(Fresh([Batch("conversation", [1], 1)]))
    assert not count.is_touched_by(Fresh([Batch("message", [(1, 1)], 1)]))


def test_its_value_is_what_was_published():
    count = Count(rules.unread(), print)
    assert count.value is None
    count.publish([("unread", 4, 4)], 1)
    assert count.value == 4
    assert repr(count) == "<Count unread: 4>"

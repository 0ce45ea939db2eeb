import asyncio

from imnb.client.api import settled as module
from imnb.client.api.settled import settled
from tests.eventually import eventually


async def test_what_is_there_already_is_not_waited_for(alice):
    await asyncio.wait_for(settled(alice, lambda cursor: True), 1)


async def test_what_comes_a_moment_later_is(alice):
    looks = []

    def is_there(cursor):
        looks.append(1)
        return len(cursor.fetch("SELECT 1 FROM message")) > 0

    waiting = asyncio.ensure_future(settled(alice, is_there))
    await eventually(lambda: looks)
    assert not waiting.done()
    await alice.send_text("bob", "hi")
    await asyncio.wait_for(waiting, 1)


async def test_what_does_not_come_is_given_up(alice, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    await asyncio.wait_for(settled(alice, lambda cursor: False), 1)
    assert not any("settled" in repr(one) for one in alice.db.feed._listeners)

import asyncio

import pytest

from imnb.client.api import settled as module
from imnb.client.api.settled import settled
from imnb.errors import ExpectationFailed, QueryRefused
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


async def test_a_query_is_asked_until_it_says_so(alice):
    query = "SELECT count(*) = 2 FROM messages WHERE text = ?"
    waiting = asyncio.ensure_future(alice.until(query, ["hi"]))
    await alice.send_text("bob", "hi")
    assert not waiting.done()
    await alice.send_text("bob", "hi")
    await asyncio.wait_for(waiting, 1)


@pytest.mark.parametrize(
    "so", ["SELECT true", "SELECT 2, 0", "SELECT user_id FROM users"]
)
async def test_what_is_so_at_once(alice, so):
    await alice.until(so, timeout=1)


@pytest.mark.parametrize(
    "never", ["SELECT false", "SELECT 0", "SELECT NULL", "SELECT 1 WHERE false"]
)
async def test_what_never_is_so_is_told(alice, never):
    with pytest.raises(ExpectationFailed, match=f"within 0.05 s: {never}"):
        await alice.until(never, timeout=0.05)


async def test_what_cannot_be_asked_is_told_at_once(alice):
    with pytest.raises(QueryRefused):
        await alice.until("DELETE FROM messages")

import asyncio

import pytest

from imnb.engine.mailbox import Mailbox


class Full(Exception):
    pass


def mailbox(limit=3):
    closed = []
    made = Mailbox(limit, overflow=Full, on_close=closed.append)
    return made, closed


async def test_what_was_put_is_read_in_order_then_it_ends():
    box, closed = mailbox()
    for item in "abc":
        box.put(item)
    box.end()
    box.put("too late")
    assert [item async for item in box] == ["a", "b", "c"]
    assert [item async for item in box] == []
    assert closed == [None]


async def test_an_error_comes_after_what_was_there():
    box, closed = mailbox()
    failure = ValueError("gone")
    box.put("a")
    box.end(failure)
    box.end(None)
    assert await anext(box) == "a"
    for _ in range(2):
        with pytest.raises(ValueError, match="gone"):
            await anext(box)
    assert closed == [failure]


async def test_one_too_many_ends_it():
    box, closed = mailbox(limit=2)
    for item in "abcd":
        box.put(item)
    assert [await anext(box), await anext(box)] == ["a", "b"]
    with pytest.raises(Full):
        await anext(box)
    assert len(closed) == 1


async def test_a_cancelled_reader_loses_nothing():
    box, _ = mailbox()
    waiting = asyncio.create_task(anext(box))
    await asyncio.sleep(0)
    box.put("a")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await anext(box) == "a"


async def test_closing_wakes_the_reader():
    box, closed = mailbox()
    waiting = asyncio.create_task(anext(box))
    await asyncio.sleep(0)
    await box.aclose()
    with pytest.raises(StopAsyncIteration):
        await waiting
    assert closed == [None]
    assert box.is_over
    assert repr(box) == "<Mailbox 0 of 3>"

import asyncio
import gc

import pytest

from imnb.client.api.turns import Turns


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_first_come_first_served_for_each_key():
    turns, done, slow = Turns(), [], asyncio.Event()
    looks = []

    async def look_up():
        looks.append(1)
        await slow.wait()
        return "place"

    async def quick():
        return "other place"

    async def work(key, name, look_up):
        place = await turns.of(key).take(look_up)
        done.append((name, place))

    calls = [("bob", 1, look_up), ("bob", 2, look_up), ("carol", 3, quick)]
    tasks = [asyncio.ensure_future(work(*call)) for call in calls]
    await settle()
    assert done == [(3, "other place")]
    tasks.append(asyncio.ensure_future(work("bob", 4, look_up)))
    await settle()
    slow.set()
    await asyncio.gather(*tasks)
    assert done[1:] == [(1, "place"), (2, "place"), (4, "place")]
    assert len(looks) == 1


async def test_what_was_found_is_forgotten_when_nobody_waits():
    turns, places = Turns(), iter([1, 2])

    async def look_up():
        return next(places)

    assert await turns.of("bob").take(look_up) == 1
    gc.collect()
    assert repr(turns) == "<Turns 0 keys>"
    assert await turns.of("bob").take(look_up) == 2


async def test_who_fails_or_gives_up_lets_the_next_one_try():
    turns, slow = Turns(), asyncio.Event()

    async def fail():
        raise ValueError("no")

    async def found():
        return 1

    first = asyncio.ensure_future(turns.of("bob").take(slow.wait))
    second = asyncio.ensure_future(turns.of("bob").take(fail))
    third = asyncio.ensure_future(turns.of("bob").take(found))
    await settle()
    first.cancel()
    with pytest.raises(ValueError, match="no"):
        await second
    assert await third == 1

import asyncio

import pytest

from imnb.engine.waiting_room import WaitingRoom
from imnb.errors import CallTimeout, ConnectionLost, NotConnected, TooManyCalls
from tests.engine.peer import turns


class Link:
    """Has room for so many questions; a released waiter takes one."""

    def __init__(self):
        self.room = 0
        self.error = None
        self.waiters = []

    def active_time(self):
        return 0.0

    @property
    def has_room(self):
        return self.error is None and self.room > 0

    async def drain(self):
        while self.error is None and self.room <= 0:
            waiter = asyncio.get_running_loop().create_future()
            self.waiters.append(waiter)
            await waiter
        if self.error is not None:
            raise self.error

    def give(self, room=0, error=None):
        self.room, self.error = room, error
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)


@pytest.fixture
def link():
    return Link()


@pytest.fixture
def sent():
    return []


@pytest.fixture
def ask(link, sent):
    room = WaitingRoom(link, 20)

    async def wait(name, timeout, priority):
        await room.wait(name, timeout, priority)
        link.room -= 1
        sent.append(name)

    def ask(name, priority=0, timeout=10):
        return asyncio.create_task(wait(name, timeout, priority))

    ask.room = room
    yield ask
    assert len(room) == 0
    assert "0 wait" in repr(room)
    assert repr(room._order) == "<SendOrder: 0 wait>"


async def test_with_room_nobody_waits(link, ask, sent):
    link.room = 5
    await ask("a")
    assert sent == ["a"]


async def test_a_higher_priority_overtakes_those_that_wait(link, ask, sent):
    tasks = [ask(name, int(name[1])) for name in ("a0", "b2", "c0", "d5", "e2")]
    await turns()
    for _ in range(3):
        link.give(room=1)
        await turns()
    assert sent == ["d5", "b2", "e2"]
    link.give(room=9)
    await asyncio.gather(*tasks)
    assert sent == ["d5", "b2", "e2", "a0", "c0"]


async def test_no_more_go_than_there_is_room_for(link, ask, sent):
    tasks = [ask(str(number), number % 3) for number in range(12)]
    await turns()
    for expected in (2, 4):
        link.give(room=2)
        await turns(100)
        assert len(sent) == expected
    link.give(room=99)
    await asyncio.gather(*tasks)


async def test_a_newcomer_does_not_slip_in_before_those_who_wait(link, ask, sent):
    first = ask("first")
    await turns()
    link.give(room=1)
    late = ask("late")
    await turns()
    assert sent == ["first"]
    link.give(room=1)
    await asyncio.gather(first, late)


@pytest.mark.parametrize("gone", ["a", "b", "c"])
async def test_who_is_cancelled_is_passed_over(link, ask, sent, gone):
    tasks = {name: ask(name, ord("c") - ord(name)) for name in "abc"}
    await turns()
    link.give(room=3)
    tasks[gone].cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)
    assert sent == [name for name in "abc" if name != gone]


async def test_the_time_is_up(link, ask, sent):
    short, long = ask("Pull", timeout=5), ask("Ping", timeout=50)
    await turns()
    ask.room.sweep(6)
    with pytest.raises(
        CallTimeout, match=r"Pull: .* nothing for 5 s; nothing was sent"
    ):
        await short
    link.give(room=1)
    await long
    assert sent == ["Ping"]


async def test_the_connection_ends(link, ask, sent):
    tasks = [ask("a"), ask("b", 1)]
    await turns()
    link.give(error=ConnectionLost("reset"))
    for task in tasks:
        with pytest.raises(NotConnected, match="reset; nothing was sent"):
            await task


async def test_the_bound(link, ask):
    tasks = [ask(str(number)) for number in range(20)]
    await turns()
    with pytest.raises(TooManyCalls):
        await ask("one more")
    link.give(room=99)
    await asyncio.gather(*tasks)

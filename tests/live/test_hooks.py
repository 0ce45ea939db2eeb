import asyncio
import contextlib

import pytest

from imnb.errors import BackgroundError
from imnb.live.hooks import MessageHooks
from imnb.store.tables import cursor
from imnb.tasks import TaskScope
from tests.eventually import eventually
from tests.live.stores import ME, open_store, put, row


@pytest.fixture
async def world():
    """(database, scope, hooks), attached."""
    async with contextlib.AsyncExitStack() as stack:
        database = await open_store()
        stack.push_async_callback(database.close)
        scope = TaskScope("test")
        stack.push_async_callback(scope.close)
        hooks = MessageHooks()
        hooks.attach(database, scope)
        stack.push_async_callback(hooks.detach)
        yield database, scope, hooks


async def begun(database):
    async def has_begun():
        return await database.fetch("SELECT 1 FROM progress")

    await eventually(has_begun)


async def test_new_messages_of_others_are_told_in_order(world):
    database, _, hooks = world
    heard = []
    hooks.on("ring", lambda message: heard.append(message.text))
    await begun(database)
    await put(database, row(1, 1, "one"), row(1, 2, "mine", ME), row(1, 3, "two"))
    await put(database, row(2, 4, "three"))
    await eventually(lambda: heard == ["one", "two", "three"])


async def test_what_was_here_before_and_history_is_not_told(world):
    database, _, hooks = world
    await put(database, row(1, 5, "before"))
    await database.write(lambda tx: cursor.save(tx, "", 5))
    heard = []
    hooks.on("ring", lambda message: heard.append(message.text))
    await begun(database)
    await put(database, (1, 1, "", "bob", "text", "history", b"", 5, 0))
    await put(database, row(1, 6, "new"))
    await eventually(lambda: heard == ["new"])


async def test_who_was_away_is_told_what_came_meanwhile(world):
    database, scope, hooks = world
    heard = []
    hooks.on("ring", lambda message: heard.append(message.text))
    await begun(database)
    await put(database, row(1, 1, "one"))
    await eventually(lambda: heard == ["one"])
    await hooks.detach()
    await put(database, row(1, 2, "two"))
    hooks.attach(database, scope)
    await eventually(lambda: heard == ["one", "two"])


async def test_what_was_not_told_to_its_end_is_told_again(world):
    database, scope, hooks = world
    gate, heard = asyncio.Event(), []

    async def ring(message):
        heard.append(message.text)
        await gate.wait()

    hooks.on("ring", ring)
    await begun(database)
    await put(database, row(1, 1, "one"), row(1, 2, "two"))
    await eventually(lambda: heard == ["one"])
    await hooks.detach()  # what a crash leaves behind
    gate.set()
    hooks.attach(database, scope)
    await eventually(lambda: heard == ["one", "one", "two"])


async def test_a_function_that_fails_is_reported_and_hears_the_next(world):
    database, scope, hooks = world
    heard = []

    def ring(message):
        heard.append(message.text)
        raise ZeroDivisionError

    hooks.on("ring", ring)
    await begun(database)
    await put(database, row(1, 1, "one"), row(1, 2, "two"))
    await eventually(lambda: heard == ["one", "two"])
    with pytest.raises(BackgroundError, match="message hook ring"):
        scope.raise_errors()


async def test_a_name_has_one_function_and_off_ends_it(world):
    database, _, hooks = world
    first, second = [], []
    hooks.on("ring", lambda message: first.append(1))
    hooks.on("ring", lambda message: second.append(message.text))
    await begun(database)
    await put(database, row(1, 1, "one"))
    await eventually(lambda: second == ["one"])
    hooks.off("ring")
    await put(database, row(1, 2, "two"))
    assert (first, second) == ([], ["one"])
    assert repr(hooks) == "<MessageHooks: none>"

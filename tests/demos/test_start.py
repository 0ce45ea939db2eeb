"""The demo of a notebook, of which there is one, and users for a test."""

import subprocess
import sys

import pytest

from imnb.demos.start import demo, users
from imnb.engine.states import State
from imnb.errors import BackgroundError, ClosedError, ConfigError
from tests.client.conftest import Leftovers


async def test_making_a_demo_again_closes_the_first():
    before = Leftovers()
    first = await demo()
    alice = await first.login("alice")
    second = await demo({"carol": "secret"})
    assert alice.state is State.CLOSED
    with pytest.raises(ClosedError):
        await first.login("alice")
    assert (await second.login("carol")).state is State.ONLINE
    await second.close()
    await before.check()


async def test_one_that_was_closed_is_followed_by_another():
    await (await demo()).close()
    async with await demo() as again:
        assert (await again.login("alice")).state is State.ONLINE


ANOTHER_LOOP = """
import asyncio, imnb

async def talk():
    demo = await imnb.demo()
    return (await demo.login("alice")).state

asyncio.new_event_loop().run_until_complete(talk())
print(asyncio.new_event_loop().run_until_complete(talk()))
"""


def test_one_whose_loop_is_over_is_not_in_the_way():
    done = subprocess.run(
        [sys.executable, "-c", ANOTHER_LOOP],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "online\n"), done.stderr


async def test_users_are_logged_in_and_gone_afterwards():
    before = Leftovers()
    async with users("alice", "zoë") as (alice, zoe):
        await alice.send_text("zoë", "hi")
        await zoe.expect('text == "hi"')
    assert alice.state is zoe.state is State.CLOSED
    await before.check()


async def test_users_keep_their_data_where_they_are_told(tmp_path):
    async with users("alice", "bob", data_dir=tmp_path) as (alice, _):
        await alice.send_text("bob", "hi")
    async with users("bob", data_dir=tmp_path) as (bob,):
        assert list((await bob.messages("alice"))["text"]) == ["hi"]


@pytest.mark.parametrize("names", [(), ("alice", "bob", "alice")])
async def test_users_that_cannot_be(names):
    with pytest.raises(ConfigError, match="name each user once, and at least one"):
        async with users(*names):
            pytest.fail("the body must not run")


async def test_what_the_body_raises_comes_out_and_nothing_is_left():
    before = Leftovers()
    seen = []
    with pytest.raises(KeyError, match="a test that fails"):
        await failing_test(seen)
    assert [client.state for client in seen] == [State.CLOSED, State.CLOSED]
    await before.check()


async def failing_test(seen):
    async with users("alice", "bob") as clients:
        seen += clients
        clients[0].engine.scope.report("something", OSError("behind the scenes"))
        raise KeyError("a test that fails")


async def test_what_failed_behind_the_scenes_is_raised_at_the_end():
    before = Leftovers()
    with pytest.raises(BackgroundError, match="something"):
        async with users("alice", "bob") as (alice, bob):
            bob.engine.scope.report("something", OSError("behind the scenes"))
    assert alice.state is State.CLOSED
    await before.check()

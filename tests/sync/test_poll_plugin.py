"""A kind of message that nobody but its plugin knows, between real clients."""

import pytest

from imnb.errors import ConfigError
from imnb.viewmodels.presentation import PresentationRegistry
from tests.client.conftest import make, server  # noqa: F401
from tests.eventually import eventually
from tests.plugins import poll


@pytest.fixture
async def people(make, server):  # noqa: F811
    clients = [make(user, server) for user in ("alice", "bob")]
    for client in clients:
        client.plugin(poll.POLL)
        await client.login()
    return clients


async def test_a_poll_is_asked_answered_and_counted_on_both_sides(people):
    alice, bob = people
    asked = await poll.ask(alice, "bob", "Lunch?", "Pizza", "Soup")
    for client, choice in ((alice, 0), (bob, 0), (bob, 1)):
        await poll.vote(client, asked, choice)

    async def are_counted():
        found = [await poll.votes(client, asked) for client in people]
        return found == [{"Pizza": 1, "Soup": 1}] * 2

    await eventually(are_counted)
    heads = await bob.conversations()
    assert list(heads["last_text"]) == ["Lunch?"]  # votes are not shown


async def test_a_poll_that_is_taken_back_is_gone(people):
    alice, bob = people
    asked = await poll.ask(alice, "bob", "Lunch?", "Pizza", "Soup")

    async def is_here():
        return await poll.votes(bob, asked) == {"Pizza": 0, "Soup": 0}

    await eventually(is_here)
    await alice.revoke(asked)

    async def is_gone():
        return await poll.votes(bob, asked) == {}

    await eventually(is_gone)


async def test_one_that_cannot_be_asked_is_refused(people):
    with pytest.raises(ConfigError, match="two options"):
        await poll.ask(people[0], "bob", "Lunch?", "Pizza")


def test_it_brings_its_look():
    registry = PresentationRegistry()
    registry.register("poll", poll.POLL.look)
    row = {"kind": "poll", "text": "Lunch?", "content": b'["Pizza"]'}
    assert registry.present(row).text == "Lunch?\n  ▢ Pizza"

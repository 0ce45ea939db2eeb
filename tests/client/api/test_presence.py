import pytest

from imnb.errors import ConfigError
from tests.eventually import eventually


@pytest.fixture
async def bob(server, make):
    client = make("bob", server)
    await client.login()
    return client


async def test_who_is_there(alice, server, make):
    assert not (await alice.presence.watch(["bob", "carol"]))["bob"].is_online
    bob = make("bob", server)
    await bob.login()
    await eventually(lambda: alice.presence.now["bob"].is_online)
    assert not alice.presence.now["carol"].is_online
    await bob.logout()
    await eventually(lambda: not alice.presence.now["bob"].is_online)
    assert alice.presence.now["bob"].last_seen_at > 0


async def test_who_is_writing(alice, bob):
    chat = await alice.open_direct("bob")
    await alice.presence.typing("bob")

    async def seen():
        return await bob.presence.who_is_typing(chat) == ("alice",)

    await eventually(seen)
    await alice.presence.typing("bob", False)

    async def over():
        return await bob.presence.who_is_typing(chat) == ()

    await eventually(over)


async def test_where_nothing_was_said_yet_nobody_writes(alice):
    await alice.presence.typing("carol")
    assert await alice.presence.who_is_typing("carol") == ()


async def test_people_are_a_list(alice):
    with pytest.raises(ConfigError, match="users 'bob': give a list"):
        await alice.presence.watch("bob")

import pytest

from imnb.devserver import typing_signal
from imnb.net.memory import MemoryNetwork
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope
from tests.devserver.raw_client import Refused


@pytest.fixture
async def server(stage):
    made = await stage.server(network=MemoryNetwork())
    made.world.open_direct("alice", "bob", 1)
    return made


def heard(client):
    return [one for one in client.pushes if isinstance(one, chat.Typing)]


async def test_the_other_members_hear_of_it_and_nobody_else(stage, server):
    alice = await stage.client(server, "alice")
    phone = await stage.client(server, "bob", "phone")
    laptop = await stage.client(server, "bob", "laptop")
    carol = await stage.client(server, "carol")
    await alice.call("SetTyping", conversation_id=1, is_typing=True)
    await alice.call("SetTyping", conversation_id=1, is_typing=False)
    for device in (phone, laptop):
        await device.until(lambda c: len(heard(c)) == 2)
        assert [(t.user_id, t.is_typing) for t in heard(device)] == [
            ("alice", True),
            ("alice", False),
        ]
    await carol.call("Ping")
    assert heard(alice) + heard(carol) == []
    assert server.world.account("bob").feed.head == 1


async def test_only_members_type(stage, server):
    carol = await stage.client(server, "carol")
    with pytest.raises(Refused) as caught:
        await carol.call("SetTyping", conversation_id=1, is_typing=True)
    assert caught.value.status == envelope.FORBIDDEN


async def test_large_groups_hear_nothing(stage, server, monkeypatch):
    monkeypatch.setattr(typing_signal, "MAX_TOLD", 1)
    alice = await stage.client(server, "alice")
    bob = await stage.client(server, "bob")
    await alice.call("SetTyping", conversation_id=1, is_typing=True)
    await bob.call("Ping")
    assert heard(bob) == []


async def test_who_does_not_read_is_spared(stage, server):
    alice = await stage.client(server, "alice")
    bob = await stage.client(server, "bob")
    [connection] = server.sessions.of("bob")
    connection.waiting_since = 0.0
    await alice.call("SetTyping", conversation_id=1, is_typing=True)
    await bob.call("Ping")
    assert heard(bob) == []

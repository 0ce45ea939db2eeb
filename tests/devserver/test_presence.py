import pytest

from imnb.devserver.presence import MAX_WATCHED
from imnb.net.memory import MemoryNetwork
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope
from tests.devserver.raw_client import Refused
from tests.eventually import eventually


@pytest.fixture
async def server(stage):
    return await stage.server(network=MemoryNetwork(), clock=lambda: 77)


@pytest.fixture
async def alice(stage, server):
    return await stage.client(server, "alice")


def heard(client):
    return [
        (one.user_id, one.is_online, one.last_seen_at)
        for one in client.pushes
        if isinstance(one, chat.Presence)
    ]


def state(reply):
    return [(one.user_id, one.is_online, one.last_seen_at) for one in reply.presences]


async def test_the_answer_says_how_it_is_now(stage, server, alice):
    await stage.client(server, "bob")
    reply = await alice.call("WatchPresence", user_ids=["carol", "bob", "nobody"])
    assert state(reply) == [("carol", False, 0), ("bob", True, 0)]


async def test_comings_and_goings_are_told(stage, server, alice):
    await alice.call("WatchPresence", user_ids=["bob"])
    phone = await stage.client(server, "bob", "phone")
    await stage.client(server, "bob", "laptop")
    await stage.client(server, "carol")
    await phone.call("Logout")
    await alice.call("Ping")
    assert heard(alice) == [("bob", True, 0)]
    server.sessions.drop("bob")
    await alice.until(lambda c: len(heard(c)) == 2)
    assert heard(alice)[-1] == ("bob", False, 77)
    reply = await alice.call("WatchPresence", user_ids=["bob"])
    assert state(reply) == [("bob", False, 77)]


async def test_a_device_that_logs_in_again_was_never_away(stage, server, alice):
    await stage.client(server, "bob", "phone")
    await alice.call("WatchPresence", user_ids=["bob"])
    await stage.client(server, "bob", "phone")
    await alice.call("Ping")
    assert heard(alice) == []


async def test_the_latest_list_holds_alone(stage, server, alice):
    await alice.call("WatchPresence", user_ids=["bob", "carol"])
    await alice.call("WatchPresence", user_ids=["carol"])
    await stage.client(server, "bob")
    await stage.client(server, "carol")
    await alice.until(heard)
    assert heard(alice) == [("carol", True, 0)]


async def test_nothing_is_kept_of_who_is_gone(stage, server, alice):
    presence = server._service._desk._presence
    await alice.call("WatchPresence", user_ids=["bob"])
    assert repr(presence) == "<Presence: 1 users watched, 1 online>"
    alice.transport.abort()
    await eventually(lambda: repr(presence) == "<Presence: 0 users watched, 0 online>")
    assert presence._watched == {}


async def test_who_did_not_read_is_told_later(stage, server, alice):
    await alice.call("WatchPresence", user_ids=["bob"])
    [connection] = server.sessions.of("alice")
    connection.waiting_since = 0.0
    await stage.client(server, "bob")
    await alice.call("Ping")
    assert heard(alice) == []
    connection.waiting_since = None
    server._service._desk.has_room(connection)
    await alice.until(heard)
    assert heard(alice) == [("bob", True, 0)]


async def test_too_many(alice):
    with pytest.raises(Refused) as caught:
        await alice.call("WatchPresence", user_ids=["bob"] * (MAX_WATCHED + 1))
    assert caught.value.status == envelope.BAD_REQUEST

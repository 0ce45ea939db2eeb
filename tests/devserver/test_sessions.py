import pytest

from imnb.net.memory import MemoryNetwork
from imnb.pb.chat_pb2 import OutgoingMessage


@pytest.fixture
async def server(stage):
    return await stage.server(network=MemoryNetwork())


def say(server, *client_ids, who="alice", room=1):
    messages = [OutgoingMessage(client_id=c, kind="text", text="x") for c in client_ids]
    server.world.send(who, room, messages, 1_000)


async def test_events_of_one_turn_are_one_push(stage, server):
    server.world.open_direct("alice", "bob", 1_000)
    bob = await stage.client(server, "bob")
    for number in range(50):
        say(server, f"m{number}")
    await bob.until(lambda c: c.events)
    [push] = bob.pushes
    assert [e.message.seq for e in push.events] == list(range(1, 51))
    assert (push.head, push.behind) == (51, False)


async def test_two_devices_side_by_side(stage, server):
    server.world.open_direct("alice", "bob", 1_000)
    phone = await stage.client(server, "bob", "phone")
    laptop = await stage.client(server, "bob", "laptop")
    say(server, "m")
    for device in (phone, laptop):
        await device.until(lambda c: c.events)
        assert device.events[0].message.client_id == "m"
    assert len(server.sessions) == 2
    assert [c.device for c in server.sessions.of("bob")] == ["phone", "laptop"]
    assert repr(server.sessions) == "<Sessions: 2 of 1 users>"


async def test_the_same_device_again_kicks_the_older_session(stage, server):
    older = await stage.client(server)
    welcome = await older.login("bob", "phone")
    newer = await stage.client(server, "bob", "phone")
    await older.until(lambda c: c.is_over)
    [kick] = older.kicks
    assert kick.session_id == welcome.session_id
    assert "logged in again" in kick.reason
    assert "kicked" in older.session.peer_close
    await newer.call("Ping")
    assert len(server.sessions) == 1


async def test_an_operator_kicks(stage, server):
    bob = await stage.client(server, "bob", "phone")
    assert not server.sessions.kick("bob", "laptop")
    assert not server.sessions.kick("nobody", "phone")
    assert server.sessions.kick("bob", "phone", "maintenance")
    await bob.until(lambda c: c.is_over)
    assert bob.kicks[0].reason == "maintenance"
    assert len(server.sessions) == 0


async def test_a_session_is_ended_by_its_name(stage, server):
    phone = await stage.client(server)
    welcome = await phone.login("bob", "phone")
    laptop = await stage.client(server, "bob", "laptop")
    assert not server.sessions.end("bob", "another name", "because")
    assert not server.sessions.end("alice", welcome.session_id, "because")
    assert server.sessions.end("bob", welcome.session_id, "because")
    await phone.until(lambda c: c.is_over)
    assert phone.kicks[0].session_id == welcome.session_id
    await laptop.call("Ping")


async def test_dropping_says_nothing(stage, server):
    alice = await stage.client(server, "alice")
    bob = await stage.client(server, "bob")
    assert server.sessions.drop("bob") == 1
    await bob.until(lambda c: c.is_over)
    assert (bob.session.peer_close, bob.kicks) == (None, [])
    assert [c.user for c in server.sessions] == ["alice"]
    assert server.sessions.drop() == 1
    await alice.until(lambda c: c.is_over)


async def test_events_for_nobody_who_is_there_cost_no_turn(server):
    server.world.open_direct("alice", "bob", 1_000)
    assert server.sessions._flush is None


async def test_a_new_session_is_told_what_comes_after_its_login(stage, server):
    server.world.open_direct("alice", "bob", 1_000)
    bob = await stage.client(server)
    welcome = await bob.login("bob")
    assert welcome.event_seq == 1
    say(server, "m")
    await bob.until(lambda c: c.events)
    assert [e.event_seq for e in bob.events] == [2]


async def test_who_comes_and_who_goes_from_everywhere_is_named(stage, server):
    heard = []
    server.sessions.on_presence = heard.append
    await stage.client(server, "bob", "phone")
    await stage.client(server, "bob", "laptop")
    server.sessions.kick("bob", "phone")
    assert heard == ["bob"]
    server.sessions.kick("bob", "laptop")
    assert heard == ["bob", "bob"]

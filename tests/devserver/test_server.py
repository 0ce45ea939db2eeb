import asyncio
import os
import socket

import pytest

from imnb.devserver import DevServer
from imnb.errors import (
    ClosedError,
    ConfigError,
    ConnectionFailed,
    StoreCorrupt,
    StoreError,
    StoreLocked,
)
from imnb.net.memory import MemoryNetwork
from imnb.store.journal import Journal
from tests.devserver.conftest import SMALL
from tests.net.recorder import Recorder


async def talk(alice, other="bob", *texts):
    opened = await alice.call("OpenDirect", user_id=other)
    number = opened.conversation.conversation_id
    for text in texts:
        messages = alice.sent(text, text=text)
        await alice.call("Send", conversation_id=number, messages=messages)
    return number


async def test_two_users_chat(stage, network):
    server = await stage.server(network=network)
    alice = await stage.client(server, "alice")
    bob = await stage.client(server, "bob")
    await talk(alice, "bob", "hi bob")
    await bob.until(lambda c: len(c.events) == 2)
    assert bob.events[1].message.text == "hi bob"
    await alice.until(lambda c: len(c.events) == 2)
    for client in (alice, bob):
        assert [e.event_seq for e in client.events] == [1, 2]


async def test_a_batch_for_a_group_with_several_devices(stage, network):
    server = await stage.server(network=network)
    users = ("alice", "bob", "carol")
    clients = [await stage.client(server, u, d) for u in users for d in ("a", "b")]
    made = await clients[0].call(
        "CreateGroup", client_id="g", title="Trip", user_ids=["bob", "carol"]
    )
    for batch in range(4):
        names = [f"{batch}-{n}" for n in range(50)]
        reply = await clients[0].call(
            "Send",
            conversation_id=made.conversation.conversation_id,
            messages=clients[0].sent(*names),
        )
        assert [r.seq for r in reply.results] == list(
            range(batch * 50 + 1, batch * 50 + 51)
        )
    for client in clients:
        await client.until(lambda c: len(c.events) == 201)
        assert [e.event_seq for e in client.events] == list(range(1, 202))
        assert len(client.pushes) <= 10


async def test_offline_delivery(stage, network):
    server = await stage.server(network=network)
    alice = await stage.client(server, "alice")
    await talk(alice, "bob", "one", "two")
    bob = await stage.client(server)
    welcome = await bob.login("bob")
    assert welcome.event_seq == 3
    pulled = await bob.call("Pull", epoch=welcome.epoch, after=0, limit=2)
    rest = await bob.call("Pull", epoch=welcome.epoch, after=2, limit=2)
    events = [*pulled.events, *rest.events]
    assert [e.message.text for e in events if e.HasField("message")] == ["one", "two"]


async def test_a_slow_reader_over_either_network_loses_nothing(stage, network):
    if isinstance(network, MemoryNetwork):
        network = MemoryNetwork(SMALL)
    server = await stage.server(network=network, limits=SMALL)
    alice = await stage.client(server, "alice")
    bob = await stage.client(server)
    epoch = (await bob.login("bob")).epoch
    number = await talk(alice)
    bob.transport.pause_reading()
    [connection] = server.sessions.of("bob")
    feed = server.world.accounts["bob"].feed
    # As much as the kernel's buffers hold, and more than the queue's limit.
    while connection.waiting_since is None or feed.head - connection.told < 200:
        names = [f"{feed.head}-{n}" for n in range(50)]
        sent = [{**f, "content": os.urandom(4_000)} for f in alice.sent(*names)]
        await alice.call("Send", conversation_id=number, messages=sent)
        assert feed.head < 20_000
    bob.transport.resume_reading()
    await bob.until(lambda c: c.pushes and c.pushes[-1].head == feed.head)
    cursor = 0
    while cursor < feed.head:
        page = await bob.call("Pull", epoch=epoch, after=cursor)
        assert page.events[0].event_seq == cursor + 1
        cursor = page.events[-1].event_seq
    assert [len(p.events) for p in bob.pushes if p.behind] == [0]


async def test_everything_acknowledged_survives_a_restart(stage, tmp_path):
    path = tmp_path / "server.db"
    async with DevServer(data=path) as first:
        alice = await stage.client(first, "alice")
        number = await talk(alice, "bob", "one", "two")
        await alice.call("UpdateProfile", name="Alice L.")
        await alice.call("MarkRead", conversation_id=number, seq=1)
        before = await alice.call("Pull", epoch=first.world.epoch, after=0)
        token, _ = first._realm.tokens.issue("alice", "test", first._clock())
        key = first.public_key
    server = await stage.server(data=path)
    assert server.public_key == key
    alice = await stage.client(server)
    welcome = await alice.login("alice", token=token)
    assert welcome.event_seq == before.head
    after = await alice.call("Pull", epoch=welcome.epoch, after=0)
    assert after == before
    again = alice.sent("one", text="one")
    reply = await alice.call("Send", conversation_id=number, messages=again)
    assert reply.results[0].seq == 1
    assert list(server.world.accounts) == ["alice", "bob", "carol", "dave"]


async def test_without_a_file_another_epoch_and_key():
    async with DevServer() as one, DevServer() as other:
        assert one.world.epoch != other.world.epoch
        assert one.public_key != other.public_key


async def test_a_reply_waits_for_the_disk_and_queries_do_not(stage, tmp_path):
    server = await stage.server(data=tmp_path / "server.db")
    alice = await stage.client(server, "alice")
    held, submit = [], server._journal.submit

    def hold(kind, payload):
        held.append((kind, asyncio.get_running_loop().create_future()))
        return held[-1][1]

    server._journal.submit = hold
    ask_id = alice.ask("OpenDirect", user_id="bob")
    await alice.call("Ping")
    assert ask_id not in alice.replies
    assert server.world.rooms == {}
    server._journal.submit = submit
    held[0][1].set_result(None)
    await alice.answers("OpenDirect", ask_id)
    assert list(server.world.rooms) == [1]


async def test_a_disk_that_fails_is_told_and_changes_nothing(stage, tmp_path, caplog):
    server = await stage.server(data=tmp_path / "server.db")
    alice = await stage.client(server, "alice")

    def fail(kind, payload):
        future = asyncio.get_running_loop().create_future()
        future.set_exception(StoreError("the disk is full"))
        return future

    server._journal.submit = fail
    with pytest.raises(Exception, match="the server failed: StoreError"):
        await talk(alice)
    assert "the disk is full" in caplog.text
    assert server.world.rooms == {}


async def test_a_data_file_that_is_open_already(tmp_path):
    path = tmp_path / "server.db"
    async with DevServer(data=path):
        with pytest.raises(StoreLocked):
            await DevServer(data=path).start()
    async with DevServer(data=path):
        pass


async def test_a_file_of_something_else(tmp_path):
    (tmp_path / "notes.txt").write_text("no database " * 1_000)
    with pytest.raises(StoreCorrupt):
        await DevServer(data=tmp_path / "notes.txt").start()
    assert "no database" in (tmp_path / "notes.txt").read_text()
    journal = await Journal.open(tmp_path / "other.db")
    await journal.submit("frame", b"")
    await journal.close()
    with pytest.raises(StoreCorrupt, match="kind 'frame'"):
        await DevServer(data=tmp_path / "other.db").start()


async def test_a_port_that_is_taken_leaves_nothing_open():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for ports in ({"tcp_port": port}, {"http_port": port}):
            with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{port}"):
                await DevServer(**ports).start()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_users_that_cannot_be():
    with pytest.raises(ConfigError, match="user 'a\\\\nb'"):
        await DevServer({"a\nb": "x"}).start()


async def test_strangers_leave_nothing_behind(stage, network):
    server = await stage.server(network=network)
    for data in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 500, b"I\1\2\0\xff\xff\xff\xff"):
        made = []

        def make(transport, made=made):
            made.append(Recorder(transport))
            return made[0]

        await server._network.dial(server.endpoint, make, timeout=5)
        made[0].send(data)
        async with asyncio.timeout(5):
            await made[0].over
        assert made[0].data.startswith(b"I\1\3")
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(server._service) == 0
    await (await stage.client(server, "alice")).call("Ping")


async def test_closing_leaves_no_task(stage, network):
    async with DevServer(network=network) as server:
        alice = await stage.client(server, "alice")
    await alice.until(lambda c: c.is_over)
    assert alice.session.peer_close == "the server is shutting down"
    await server.close()
    assert repr(server) == "<DevServer closed>"
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_it_is_started_once():
    server = DevServer()
    assert repr(server) == "<DevServer not started>"
    with pytest.raises(ClosedError, match="start the server first"):
        _ = server.world
    async with server:
        assert repr(server) == (
            f"<DevServer {server.gateway_url}, TCP {server.endpoint}>"
        )
        with pytest.raises(ClosedError, match="started once"):
            await server.start()
    with pytest.raises(ClosedError, match="started once"):
        await server.start()


async def test_the_environment_of_its_clients():
    async with DevServer(environment="staging") as server:
        environment = server.environment(server_key=server.public_key)
        assert environment.gateway == server.gateway_url
        assert (environment.name, environment.is_protected) == ("staging", True)
        assert environment.server_key == server.public_key
        assert server.environment().server_key is None

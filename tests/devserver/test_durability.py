"""What was acknowledged survives a server process that is killed."""

import asyncio
import sys

from imnb.config import Endpoint
from imnb.devserver import DevServer
from imnb.net.tcp import TcpNetwork
from imnb.pb.chat_pb2 import Delivered, SendReply
from tests.devserver.everything import USERS, do_everything, seen_by
from tests.devserver.raw_client import RawClient

SCRIPT = """
import asyncio, pathlib, sys
from imnb.devserver import DevServer

async def main():
    async with DevServer(data=pathlib.Path(sys.argv[1])) as server:
        await server.announce("*", "hello")
        print(server.endpoint.port, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def start(data):
    """A server in a process of its own, and its port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SCRIPT, str(data), stdout=asyncio.subprocess.PIPE
    )
    return process, int(await process.stdout.readline())


async def end(process):
    process.kill()
    await process.wait()
    process._transport.close()


async def acknowledged_until_killed(process, client, number):
    """Client id to seq, of all replies that came out of an endless stream of sends."""
    for send in range(100_000):
        messages = client.sent(f"{send}-1", f"{send}-2", text=f"{send}")
        client.ask("Send", conversation_id=number, messages=messages)
        if len(client.replies) > 50:
            break
        await client.until(lambda c, least=send - 50: len(c.replies) >= least)
    await end(process)
    await client.until(lambda c: c.is_over)
    replies = [SendReply.FromString(e[0].body) for e in client.replies.values()]
    return {one.client_id: one.seq for reply in replies for one in reply.results}


async def test_a_killed_server_knows_everything_that_it_acknowledged(stage, tmp_path):
    data = tmp_path / "server.duckdb"
    async with DevServer(data=data) as first:  # makes the identity and a token
        token, _ = first._realm.tokens.issue("alice", "test", first._clock())
        key = first.public_key
    process, port = await start(data)
    client = await RawClient.connect(TcpNetwork(), Endpoint("127.0.0.1", port), key)
    welcome = await client.login("alice", token=token)
    opened = await client.call("OpenDirect", user_id="bob")
    number = opened.conversation.conversation_id
    seqs = await acknowledged_until_killed(process, client, number)
    assert len(seqs) > 100

    server = await stage.server(data=data)  # the lock of the killed one is stale
    again = await stage.client(server, "alice")
    assert server.world.epoch == welcome.epoch
    assert server.world.rooms[number].last_seq >= max(seqs.values())
    for client_id, seq in seqs.items():
        text = client_id.partition("-")[0]
        messages = again.sent(client_id, text=text)
        reply = await again.call("Send", conversation_id=number, messages=messages)
        assert reply.results[0].seq == seq


async def test_each_kind_of_change_is_made_again(stage, tmp_path):
    data = tmp_path / "server.duckdb"
    async with DevServer(data=data) as first:
        clock, key, epoch = first._clock(), first.public_key, first.world.epoch
        tokens = {u: first._realm.tokens.issue(u, "test", clock)[0] for u in USERS}
    process, port = await start(data)
    clients = {}
    for user, token in tokens.items():
        endpoint = Endpoint("127.0.0.1", port)
        clients[user] = await RawClient.connect(TcpNetwork(), endpoint, key)
        await clients[user].login(user, token=token)
    await do_everything(clients, shift=len(USERS))
    carol = clients["carol"]
    head = (await carol.call("Ping")).event_seq
    await carol.call("Acknowledge", event_seq=head)
    await clients["bob"].until(
        lambda c: any(isinstance(push, Delivered) for push in c.pushes)
    )
    before = {u: await seen_by(clients[u], epoch) for u in USERS}
    await end(process)
    for client in clients.values():
        await client.until(lambda c: c.is_over)

    server = await stage.server(data=data)
    for user in USERS:
        again = await stage.client(server, user)
        assert await seen_by(again, epoch) == before[user]

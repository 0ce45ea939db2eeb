"""No task, thread, socket, file or lock outlives a client, however it ended."""

import asyncio
import contextlib
import dataclasses

import pytest

from imnb.config import Environment
from imnb.engine.states import State
from imnb.errors import ClosedError, ImnbError
from imnb.net.tcp import TcpNetwork
from imnb.pb.session_pb2 import LoginReply
from imnb.store.lock import OwnerLock
from imnb.wire.noise import public_key
from tests.client.conftest import QUICK
from tests.client.strangers import http, stranger, ticket
from tests.engine.peer import ENVIRONMENT, Peer
from tests.eventually import eventually


@pytest.fixture
def all_gone(tmp_path, leftovers):
    """Called before a client is made, gives the check to be made after its end."""

    def begin():
        before = leftovers()

        async def check():
            await before.check()
            for store in tmp_path.rglob("*.duckdb"):
                lock = OwnerLock.take(store)
                assert lock.path.exists()
                lock.release()
            assert list(tmp_path.rglob("*.lock")) == []

        return check

    return begin


async def use(client):
    """All that a notebook does: calls, queries, sources, a plain and a lost wait."""
    source = client.conversation_source()
    await source.open()
    await client.send_text("bob", "hi")
    await client.send_text("bob", "not waited for", wait=False)
    await client.sql("SELECT count(*) FROM messages")
    with contextlib.suppress(ImnbError):
        await client.expect("size < 0", timeout=0.01)


async def test_after_close(server, make, all_gone):
    check = all_gone()
    alice = make("alice", server)
    await alice.login()
    await use(alice)
    await alice.close()
    await check()
    await alice.close()
    await check()


@pytest.mark.parametrize("clear", [False, True])
async def test_after_log_out(server, make, all_gone, clear, tmp_path):
    check = all_gone()
    alice = make("alice", server)
    await alice.login()
    await use(alice)
    await alice.logout(clear=clear)
    await check()
    left = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert left == ([] if clear else ["notebook.duckdb"])


async def test_after_log_out_without_a_server(server, make, all_gone):
    alice = make("alice", server)
    check = all_gone()
    await alice.login()
    await server.close()
    await alice.logout()
    assert alice.state is State.CLOSED
    await check()


async def test_after_a_kick(server, make, all_gone):
    check = all_gone()
    alice = make("alice", server)
    await alice.login()
    server.sessions.kick("alice", "notebook")
    await eventually(lambda: alice.state is State.KICKED)
    await alice.close()
    await check()


async def test_after_a_lost_connection(server, make, all_gone):
    check = all_gone()
    alice = make("alice", server)
    await alice.login()
    await use(alice)
    is_lost = asyncio.Event()
    alice.on_state(lambda change: is_lost.set())
    server.sessions.drop("alice")
    await is_lost.wait()  # a look from time to time may miss it
    await alice.close()
    await check()


async def test_while_waiting_for_a_server_that_is_gone(server, make, all_gone):
    check = all_gone()
    alice = make("alice", server)
    await alice.login()
    await server.close()
    await eventually(lambda: alice.state is State.WAITING)
    await alice.close()
    await check()


async def test_after_a_log_in_that_failed(server, make, all_gone):
    check = all_gone()
    alice = make("alice", server, password="wrong")
    for _ in range(3):
        with pytest.raises(ImnbError):
            await alice.login()
        await check()
    await alice.close()
    await check()


async def test_of_a_client_that_was_never_logged_in(server, make, all_gone):
    check = all_gone()
    alice = make("alice", server)
    await check()
    await alice.close()
    await check()


async def test_after_many_clients_nothing_adds_up(server, make, all_gone):
    check = all_gone()
    for _ in range(5):
        async with make("alice", server) as alice:
            await use(alice)
    await check()


PATIENT = dataclasses.replace(
    QUICK["timeouts"], connect=60.0, handshake=60.0, request=60.0, gateway=60.0
)
"""What is stuck has to stay stuck, however busy the machine is."""


def let_in(connection, envelope):
    """Answer a log-in; what the client asks for then has no answer."""
    reply = LoginReply(user_id="alice", epoch="e", event_seq=1)
    connection.reply(envelope, reply)


@contextlib.asynccontextmanager
async def stuck_at(state):
    """An environment in which a log-in comes as far as ``state``, and no further."""
    peer = await Peer(TcpNetwork()).listen()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(peer.listener.close)
        where = peer.listener.endpoint
        peer.answers["Login"] = let_in
        if state is State.HANDSHAKING:
            where, _ = await stack.enter_async_context(stranger(None))
        if state is State.AUTHENTICATING:
            peer.answers.clear()
        key = public_key(peer.key)
        answer = http(ticket(where, key=key, environment=ENVIRONMENT))
        if state is State.OFFLINE:
            answer = None
        gateway, heard = await stack.enter_async_context(stranger(answer))
        yield Environment(f"http://{gateway}", timeouts=PATIENT), heard


STAGES = [State.OFFLINE, State.HANDSHAKING, State.AUTHENTICATING, State.SYNCING]


@pytest.mark.parametrize("stage", STAGES)
async def test_closing_during_a_log_in(make, all_gone, stage):
    async with stuck_at(stage) as (environment, heard):
        check = all_gone()
        alice = make("alice", environment)
        login = asyncio.create_task(alice.login())
        await eventually(lambda: heard and alice.state is stage)
        await alice.close()
        assert alice.state is State.CLOSED
        with pytest.raises(ClosedError, match="make a new one"):
            await login
        await check()


@pytest.mark.parametrize("stage", STAGES)
async def test_giving_a_log_in_up(make, all_gone, stage):
    async with stuck_at(stage) as (environment, heard):
        check = all_gone()
        alice = make("alice", environment)
        login = asyncio.create_task(alice.login())
        await eventually(lambda: heard and alice.state is stage)
        login.cancel()
        with pytest.raises(asyncio.CancelledError):
            await login
        assert alice.state is State.OFFLINE
        await check()


@pytest.mark.parametrize("turns", [0, 1, 5])
@pytest.mark.parametrize("stage", [*STAGES[1:], State.CONNECTING, State.ONLINE])
async def test_a_log_in_happens_as_a_whole_or_not_at_all(
    server, make, all_gone, stage, turns
):
    check = all_gone()
    alice = make("alice", server)
    is_there = asyncio.Event()
    alice.on_state(lambda change: change.state is stage and is_there.set())
    login = asyncio.create_task(alice.login())
    await is_there.wait()
    for _ in range(turns):
        await asyncio.sleep(0)
    if login.cancel():
        with pytest.raises(asyncio.CancelledError):
            await login
        assert alice.state is State.OFFLINE
        await check()
        await alice.login()
    else:  # on a busy machine the rest may have come within those few turns
        assert (stage, turns) == (State.ONLINE, 5)
    assert alice.state is State.ONLINE
    await alice.close()
    await check()

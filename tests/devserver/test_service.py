"""What time does to connections; on a virtual clock."""

import logging
import secrets

import pytest

from imnb.config import Limits
from imnb.devserver.groups import create_group
from imnb.devserver.identity import Identity
from imnb.devserver.ledger import Ledger
from imnb.devserver.realm import Realm
from imnb.devserver.service import LOGIN_LIMIT, UNREAD_LIMIT, Service
from imnb.net.memory import MemoryNetwork
from imnb.pb.chat_pb2 import OutgoingMessage
from tests.devserver.raw_client import RawClient

LIMITS = Limits(send_queue_bytes=5_000)
SILENCE_LIMIT = 60.0


class Running:
    """A service with what `RawClient.dial` wants of a server."""

    def __init__(self):
        self._network = MemoryNetwork(LIMITS)
        self._realm = Realm(Identity.new(), 100_000)
        self.public_key = self._realm.identity.public_key
        self.service = Service(
            self._realm,
            Ledger(),
            environment="local",
            limits=LIMITS,
            silence_limit=SILENCE_LIMIT,
            wall_clock=lambda: 1_000,
        )

    async def start(self):
        await self._realm.set_users(None, Ledger(), 1_000)
        self.endpoint = await self.service.listen(self._network, "127.0.0.1", 0)

    async def client(self, user=None):
        client = await RawClient.dial(self)
        if user:
            token, _ = self._realm.tokens.issue(user, "test", 1_000)
            await client.login(user, token=token)
        return client


@pytest.fixture
async def running(virtual):
    made = Running()
    await made.start()
    yield made
    await made.service.close()
    assert len(made.service.scope) == 0
    assert len(made.service) == 0


async def test_a_silent_client_is_cut_off(running, virtual):
    alice = await running.client("alice")
    await virtual.advance(SILENCE_LIMIT - 1)
    assert not alice.is_over
    await virtual.advance(2)
    assert alice.session.peer_close == "silent for more than 60 s"
    assert len(running.service) == 0


async def test_a_client_that_pings_stays(running, virtual):
    alice = await running.client("alice")
    for _ in range(10):
        await virtual.advance(SILENCE_LIMIT - 5)
        await alice.call("Ping")
    assert not alice.is_over


async def test_a_frozen_loop_is_nobodys_silence(running, virtual):
    alice = await running.client("alice")
    for _ in range(20):
        virtual.freeze(1_000)
        await virtual.advance(1)
    assert not alice.is_over
    await alice.call("Ping")


async def test_frozen_time_is_left_out_of_the_count(running, virtual):
    alice = await running.client("alice")
    await virtual.advance(SILENCE_LIMIT / 2)
    virtual.freeze(1_000)
    await virtual.advance(SILENCE_LIMIT / 2 - 2)
    assert not alice.is_over
    await virtual.advance(5)
    assert alice.is_over


async def test_a_connection_must_log_in(running, virtual):
    stranger = await running.client()
    await virtual.advance(LOGIN_LIMIT / 2)
    await stranger.call("Ping")
    assert not stranger.is_over
    await virtual.advance(LOGIN_LIMIT / 2 + 1)
    assert stranger.session.peer_close == "no login within 10 s"


async def test_a_client_that_never_reads_is_cut_off_in_the_end(
    running, virtual, monkeypatch
):
    monkeypatch.setattr("imnb.devserver.connection.PUSH_WINDOW", 2_000)
    bob = await running.client("bob")
    bob.transport.pause_reading()
    world = running._realm.world
    world.open_direct("alice", "bob", 1)
    for number in range(300):
        message = OutgoingMessage(client_id=f"{number}", kind="text", text="x" * 100)
        world.send("alice", 1, [message], 1)
        await virtual.settle(2)
    [connection] = running.service.sessions
    assert connection.waiting_since is not None
    elapsed = 0.0
    while elapsed < UNREAD_LIMIT - 30:
        bob.ask("Ping")  # it lives, it only does not read
        await virtual.advance(30)
        elapsed += 30
    assert not connection.is_closing
    await virtual.advance(40)
    assert connection.is_closing
    assert len(running.service) == 0


async def test_a_stream_that_is_never_read_is_cut_off_in_the_end(running, virtual):
    bob = await running.client("bob")
    world = running._realm.world
    world.page_bytes = 1_000
    for number in range(90):
        create_group(world, "alice", f"{number}", secrets.token_hex(99), ["bob"], 1)
    await virtual.settle()
    [connection] = running.service.sessions
    bob.transport.pause_reading()
    bob.ask("Reset", messages=200)
    elapsed = 0.0
    while elapsed < UNREAD_LIMIT + 60 and not connection.is_closing:
        bob.ask("Ping")  # few bytes: the answers alone would fill no buffer for hours
        await virtual.advance(30)
        elapsed += 30
    assert UNREAD_LIMIT - 30 <= elapsed <= UNREAD_LIMIT + 60
    assert connection.is_closing


async def test_too_many_connections(running, monkeypatch):
    monkeypatch.setattr("imnb.devserver.service.MAX_CONNECTIONS", 2)
    first = await running.client("alice")
    await running.client("bob")
    with pytest.raises(Exception, match="too many connections"):
        await running.client()
    await first.call("Ping")


async def test_the_end_of_a_connection_is_logged_once(running, virtual, caplog):
    caplog.set_level(logging.INFO)
    stranger = await running.client()
    stranger.put(b"GET / HTTP/1.1\r\n\r\n")
    await stranger.until(lambda c: c.is_over)
    await virtual.settle()
    lines = [r for r in caplog.records if "connection ended" in r.message]
    assert len(lines) == 1


async def test_closing_says_why_and_waits_for_nobody(running, virtual):
    alice = await running.client("alice")
    deaf = await running.client("bob")
    deaf.transport.pause_reading()
    await running.service.close()
    await virtual.settle()
    assert alice.session.peer_close == "the server is shutting down"
    assert len(running.service) == 0
    assert repr(running.service).startswith("<Service: 0 connections")


async def test_who_is_not_read_is_not_blamed_for_silence(running, virtual):
    alice = await running.client("alice")
    alice.transport.pause_reading()
    for _ in range(600):
        alice.ask("Ping")
        await virtual.settle(1)
    [connection] = running.service.sessions
    assert not connection.is_reading
    await virtual.advance(2 * SILENCE_LIMIT)
    assert not connection.is_closing
    alice.transport.resume_reading()
    await alice.until(lambda c: len(c.replies) == 600)
    await virtual.advance(SILENCE_LIMIT - 1)
    assert not connection.is_closing

"""A server at the byte level that does what a test says."""

import asyncio
import contextlib
import dataclasses
import os

from imnb.config import Limits
from imnb.engine.engine import Engine
from imnb.engine.plan import Destination
from imnb.engine.requests import TcpRequest
from imnb.net.memory import MemoryNetwork
from imnb.pb import session_pb2
from imnb.wire.commands import builtin_commands
from imnb.wire.noise import generate_private_key, public_key
from imnb.wire.session import Role, Session

COMMANDS = builtin_commands()
ENVIRONMENT = "test"


class PeerConnection:
    """The server's side of one connection."""

    def __init__(self, peer, transport):
        self.peer = peer
        self.transport = transport
        self.session = Session(
            Role.SERVER, key=peer.key, environment=ENVIRONMENT, **peer.session
        )
        self.requests = []
        self.losses = []

    def data_received(self, data):
        envelopes = self.session.feed(data)
        self._put(self.session.take_output())
        for envelope in envelopes:
            self.requests.append(envelope)
            answer = self.peer.answers.get(COMMANDS.name_of(envelope.command))
            if answer is not None:
                answer(self, envelope)

    def connection_lost(self, error):
        self.losses.append(error)

    def reply(self, envelope, message, *, more=False):
        body = message.SerializeToString()
        self._put(
            self.session.encode(envelope.command, envelope.ask_id, body, more=more)
        )

    def refuse(self, envelope, status, error):
        self._put(
            self.session.encode(
                envelope.command, envelope.ask_id, status=status, error=error
            )
        )

    def push(self, *messages):
        with self.transport.lock:
            for message in messages:
                command = COMMANDS.command_of(type(message))
                body = message.SerializeToString()
                self.transport.put(self.session.encode(command, 0, body))

    def send(self, command, ask_id=0, body=b""):
        self._put(self.session.encode(command, ask_id, body))

    def close(self, reason):
        self._put(self.session.encode_close(reason))
        self.transport.close()

    def _put(self, data):
        if data:
            with self.transport.lock:
                self.transport.put(data)


def answer_ping(connection, envelope):
    connection.reply(envelope, session_pb2.PingReply())


def answer_login(connection, envelope):
    connection.reply(envelope, session_pb2.LoginReply(user_id="alice"))


class Peer:
    """Listens, keeps its connections, answers by method name."""

    def __init__(self, network, **session):
        self.network = network
        self.session = session
        self.key = generate_private_key()
        self.connections = []
        self.answers = {"Ping": answer_ping, "Login": answer_login}
        self.listener = None

    @property
    def last(self):
        return self.connections[-1]

    async def listen(self, port=0):
        self.listener = await self.network.listen("127.0.0.1", port, self._accept)
        return self

    def codec(self):
        key = public_key(self.key)
        return Session(Role.CLIENT, key=key, environment=ENVIRONMENT, **self.session)

    def destination(self, *before):
        return Destination((*before, self.listener.endpoint), self.codec)

    def _accept(self, transport):
        connection = PeerConnection(self, transport)
        self.connections.append(connection)
        return connection


@dataclasses.dataclass
class Plan:
    """Steps that a test may replace."""

    peer: Peer
    steps: list = dataclasses.field(default_factory=list)
    before: tuple = ()

    async def prepare(self):
        self.steps.append("prepare")
        return self.peer.destination(*self.before)

    async def authenticate(self):
        self.steps.append("authenticate")

    async def synchronise(self):
        self.steps.append("synchronise")


@contextlib.asynccontextmanager
async def online(network=None, plan=Plan, **settings):
    """(engine, peer) with an open link; nothing may be left afterwards."""
    network = network or MemoryNetwork()
    peer = await Peer(network).listen()
    engine = Engine(network=network, random=lambda: 1.0, **settings)
    engine.start(plan(peer))
    try:
        await engine.wait_online(fail_fast=True)
        yield engine, peer
    finally:
        await engine.close()
        await peer.listener.close()
        await asyncio.sleep(0)


async def turns(count=30):
    for _ in range(count):
        await asyncio.sleep(0)


def narrow():
    """A network that soon takes no more."""
    return MemoryNetwork(Limits(send_queue_bytes=50_000))


async def fill(engine, peer):
    """Calls beyond what the network takes; random, or they would be compressed."""
    peer.last.transport.pause_reading()
    big = TcpRequest("Login", {"token": os.urandom(20_000).hex()})
    tasks = [asyncio.create_task(engine.call(big)) for _ in range(4)]
    await turns()
    return tasks

"""A server's connection and what a client sees of it, without a server."""

from imnb.config import Limits
from imnb.devserver.connection import Connection
from imnb.devserver.feed import EventFeed
from imnb.pb.model_pb2 import Message
from imnb.pb.sync_pb2 import Event
from imnb.tasks import TaskScope
from imnb.wire.noise import Role, generate_private_key, public_key
from imnb.wire.session import Session
from tests.devserver.raw_client import RawClient
from tests.net.recorder import Recorder

LIMITS = Limits(send_queue_bytes=20_000, push_queue_events=50)


class FakeDesk:
    def __init__(self):
        self.requests = []
        self.reasons = []
        self.feed = EventFeed(10_000)
        self.on_request = lambda connection, request: None

    def answer(self, connection, request):
        self.requests.append(request)
        self.on_request(connection, request)

    def has_room(self, connection):
        connection.tell(self.feed)

    def left(self, connection, reason):
        self.reasons.append(reason)


class Pair:
    """A server's connection and what a client sees of it."""

    def __init__(self, network):
        self.network = network
        self.desk = FakeDesk()
        self.scope = TaskScope("test")
        self.key = generate_private_key()
        self.now = 0.0

    def accept(self, transport):
        session = Session(Role.SERVER, key=self.key, environment="local")
        self.near = Connection(
            transport,
            session,
            self.desk,
            scope=self.scope,
            clock=lambda: self.now,
            limits=LIMITS,
        )
        return self.near

    async def open(self):
        self.listener = await self.network.listen("127.0.0.1", 0, self.accept)
        self.endpoint = self.listener.endpoint

    async def client(self, environment="local"):
        return await RawClient.connect(
            self.network, self.endpoint, public_key(self.key), environment
        )

    async def stranger(self):
        made = []

        def make(transport):
            made.append(Recorder(transport))
            return made[0]

        await self.network.dial(self.endpoint, make, timeout=5)
        return made[0]

    def fill(self, count, size=100):
        change = Event(message=Message(text="x" * size)).SerializeToString()
        self.desk.feed.extend([change] * count)

"""A client without an engine: sends requests as they are, keeps what comes."""

import asyncio
import time

from imnb.errors import RemoteProtocolError
from imnb.pb import session_pb2
from imnb.pb.sync_pb2 import EventPush
from imnb.wire.commands import builtin_commands
from imnb.wire.noise import Role
from imnb.wire.session import Session

COMMANDS = builtin_commands()


class Refused(Exception):
    def __init__(self, status, error):
        super().__init__(error)
        self.status = status


class RawClient:
    def __init__(self, transport, session, tokens):
        self.transport = transport
        self.tokens = tokens
        self.session = session
        self.pushes = []
        self.replies = {}
        self.is_over = False
        self.failure = None
        self._asked = 0
        self._changed = asyncio.Event()

    @classmethod
    async def dial(cls, server, **options):
        return await cls.connect(
            server._network,
            server.endpoint,
            server.public_key,
            tokens=server._realm.tokens,
            **options,
        )

    @classmethod
    async def connect(cls, network, endpoint, key, environment="local", tokens=None):
        session = Session(Role.CLIENT, key=key, environment=environment)
        made = []

        def make(transport):
            made.append(cls(transport, session, tokens))
            return made[0]

        await network.dial(endpoint, make, timeout=5)
        made[0].put(session.start())
        await made[0].until(lambda c: session.established or c.is_over or c.failure)
        if made[0].failure:
            raise made[0].failure
        return made[0]

    def put(self, data):
        with self.transport.lock:
            self.transport.put(data)

    def data_received(self, data):
        try:
            self._take(self.session.feed(data))
        except RemoteProtocolError as error:
            self.failure = error
            self.transport.abort()
        self._changed.set()

    def _take(self, envelopes):
        for envelope in envelopes:
            if envelope.ask_id:
                self.replies.setdefault(envelope.ask_id, []).append(envelope)
            else:
                kind = COMMANDS.push_for(envelope.command).message
                self.pushes.append(kind.FromString(envelope.body))

    def connection_lost(self, error):
        self.is_over = True
        self._changed.set()

    async def until(self, condition):
        async with asyncio.timeout(20):
            while not condition(self):
                self._changed.clear()
                await self._changed.wait()

    def ask(self, method, **fields):
        entry = COMMANDS.methods[method]
        return self.ask_raw(entry.command, entry.request(**fields).SerializeToString())

    def ask_raw(self, command, body):
        self._asked += 1
        self.put(self.session.encode(command, self._asked, body))
        return self._asked

    async def answers(self, method, ask_id):
        """All replies of one request, parsed."""

        def is_complete(client):
            come = client.replies.get(ask_id)
            return client.is_over or (come and not come[-1].more)

        await self.until(is_complete)
        if ask_id not in self.replies:
            raise ConnectionError(self.session.peer_close or "over")
        envelopes = self.replies.pop(ask_id)
        if envelopes[-1].status:
            raise Refused(envelopes[-1].status, envelopes[-1].error)
        response = COMMANDS.methods[method].response
        return [response.FromString(e.body) for e in envelopes]

    async def call(self, method, **fields):
        (reply,) = await self.answers(method, self.ask(method, **fields))
        return reply

    async def stream(self, method, **fields):
        return await self.answers(method, self.ask(method, **fields))

    async def login(self, user, device="test", token=None, **fields):
        if token is None:
            token, _ = self.tokens.issue(user, device, time.time_ns() // 1000)
        return await self.call("Login", token=token, device=device, **fields)

    @property
    def events(self):
        return [e for p in self.pushes if isinstance(p, EventPush) for e in p.events]

    @property
    def kicks(self):
        return [p for p in self.pushes if isinstance(p, session_pb2.Kicked)]

    def sent(self, *client_ids, text="hello"):
        return [{"client_id": c, "kind": "text", "text": text} for c in client_ids]

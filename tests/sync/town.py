"""Real clients and a real server on a network in memory; everything may break.

The server has a data file as far as it can tell: `Disk` keeps what was committed
and, of the rest, as much as luck would have it when the server is killed.
"""

import asyncio
import dataclasses
import pathlib
import random

from imnb.client.gateway import Credentials, Ticket
from imnb.client.session import SessionPlan
from imnb.config import Backoff, Environment, Heartbeat, Limits, Timeouts
from imnb.devserver.identity import Identity
from imnb.devserver.ledger import Ledger
from imnb.devserver.realm import IDENTITY, Realm, restore
from imnb.devserver.service import Service
from imnb.engine.engine import Engine
from imnb.engine.states import State
from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.models.message import Draft
from imnb.net.memory import MemoryNetwork
from imnb.pb.sync_pb2 import Event
from imnb.store.database import Database
from imnb.sync.synchroniser import Synchroniser

PORT = 7_000
USERS = ("alice", "bob", "carol")
ROOMS = (("alice", "bob"), ("alice", "bob", "carol"))
"""A direct conversation, number 1, and a group, number 2."""
RETENTION = 5
"""Events; so few that being away for a while means a reset."""
SLOW = 0.2
"""Seconds that bytes are on their way when it is slow: too late for a call."""
SETTINGS = Environment(
    gateway="http://localhost:1",
    limits=Limits(push_queue_events=4, send_queue_bytes=20_000),
    timeouts=Timeouts(connect=1.0, handshake=1.0, request=0.3, gap=0.02, close=0.1),
    backoff=Backoff(base=0.001, cap=0.01),
    heartbeat=Heartbeat(interval=0.2, dead_after=0.5),
)


class Disk:
    """A server's data file; a commit takes a turn or two of the loop."""

    def __init__(self, dice: random.Random) -> None:
        self.records: list[tuple[str, bytes]] = []
        self._dice = dice
        self._uncommitted: list[tuple[str, bytes, asyncio.Future[None]]] = []

    def submit(self, kind: str, payload: bytes) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._uncommitted.append((kind, payload, future))
        loop.call_later(self._dice.choice([0, 0.001, 0.003]), self._commit)
        return future

    def crash(self) -> None:
        kept = self._dice.randint(0, len(self._uncommitted))
        self.records += [(kind, body) for kind, body, _ in self._uncommitted[:kept]]
        self._uncommitted.clear()

    async def load(self):
        for record in self.records:
            yield record

    def _commit(self) -> None:
        group, self._uncommitted = self._uncommitted, []
        for kind, payload, future in group:
            self.records.append((kind, payload))
            future.set_result(None)


@dataclasses.dataclass
class Resident:
    """One user's client, with the messages that it was told to send."""

    town: "Town"
    user: str
    path: pathlib.Path
    sent: list[tuple[int, str]] = dataclasses.field(default_factory=list)
    is_deaf: bool = False
    is_running: bool = False

    async def start(self) -> None:
        self.is_running = True
        self.engine = Engine(
            network=self.town.network,
            limits=SETTINGS.limits,
            timeouts=SETTINGS.timeouts,
            backoff=SETTINGS.backoff,
            heartbeat=SETTINGS.heartbeat,
        )
        me = UserId(self.user)
        self.database = await Database.open(self.path, me=me)
        self.sync = Synchroniser(
            self.engine,
            self.database,
            me=me,
            limits=SETTINGS.limits,
            timeouts=SETTINGS.timeouts,
        )
        await self.sync.open()
        credentials = Credentials(self.user, "laptop")
        gateway = self.town  # gives tickets
        self.engine.start(
            SessionPlan(
                SETTINGS,
                credentials,
                gateway,
                self.engine,
                self.sync,
                kicked=print,
                limit_silence=self.engine.limit_silence,
            )
        )

    async def stop(self) -> None:
        self.is_deaf = self.is_running = False
        await self.engine.close()
        await self.sync.close()
        await self.database.close()
        self.engine.scope.raise_errors()

    async def send(self, room: int, count: int) -> None:
        for _ in range(count):
            text = f"{self.user} {len(self.sent)}"
            await self.sync.outbox.add(
                Draft(ConversationId(room), ClientId(text), "text", text, b"", 1)
            )
            self.sent.append((room, text))

    def hear(self, is_deaf: bool) -> None:
        """Stop reading or read again: replies that were on their way get lost."""
        self.is_deaf = is_deaf
        (self.engine.pause_reading if is_deaf else self.engine.resume_reading)("deaf")

    async def stored(self) -> list[tuple[int, int, str]]:
        return await self.database.fetch(
            "SELECT conversation_id, seq, text FROM message ORDER BY ALL"
        )

    async def is_done(self) -> bool:
        if self.engine.state is not State.ONLINE:
            return False
        counts = await self.database.fetch(
            "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM message), "
            "(SELECT count(*) FROM hole)"
        )
        return counts == [(0, len(self.town.expected(self.user)), 0)]


class Town:
    """A server and its clients."""

    def __init__(self, folder: pathlib.Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.network = MemoryNetwork(SETTINGS.limits, SETTINGS.timeouts)
        self.disk = Disk(self.dice)
        self.residents = {
            user: Resident(self, user, folder / f"{user}.duckdb") for user in USERS
        }
        self.service: Service | None = None
        self.realm: Realm

    async def authenticate(self, credentials: Credentials) -> Ticket:
        user, device = UserId(credentials.user), credentials.device
        token, _ = self.realm.tokens.issue(user, device, 1)
        key = self.realm.identity.public_key
        return Ticket(token, (self.endpoint,), key, "local")

    async def found(self) -> None:
        """The first start: accounts, conversations, clients."""
        identity = Identity.new()
        self.disk.records.append((IDENTITY, identity.to_bytes()))
        await self.start_server()
        await self.realm.set_users(dict.fromkeys(USERS, "x"), Ledger(self.disk), 1)
        for resident in self.residents.values():
            await resident.start()
            await resident.engine.wait_online()
        alice = self.residents["alice"].engine
        await alice.rpc.OpenDirect(user_id="bob")
        await alice.rpc.CreateGroup(
            client_id="g", title="Group", user_ids=["bob", "carol"]
        )

    async def start_server(self) -> None:
        restored = await restore(self.disk.load(), RETENTION)
        assert restored is not None
        self.realm = restored
        self.service = Service(
            self.realm,
            Ledger(self.disk),
            environment="local",
            limits=SETTINGS.limits,
            silence_limit=60.0,
            wall_clock=lambda: 1,
        )
        self.endpoint = await self.service.listen(self.network, "127.0.0.1", PORT)

    async def kill_server(self) -> None:
        """Without a word, and without what was not committed."""
        service, self.service = self.service, None
        if service is not None:
            self.disk.crash()
            self.network.cut()
            await service.close()

    def drop(self, user: str) -> None:
        if self.service is not None:
            self.service.sessions.drop(user)

    async def heal(self) -> None:
        if self.service is None:
            await self.start_server()
        for resident in self.residents.values():
            if resident.is_deaf:
                self.drop(resident.user)
                resident.hear(False)

    async def end(self) -> None:
        for resident in self.residents.values():
            if resident.is_running:
                await resident.stop()
        await self.kill_server()

    async def is_done(self) -> bool:
        return all([await one.is_done() for one in self.residents.values()])

    def expected(self, user: str) -> list[tuple[int, int, str]]:
        """What the server has for a user."""
        return [
            (event.conversation_id, event.seq, event.text)
            for number, room in sorted(self.realm.world.rooms.items())
            if user in room.members
            for event in (Event.FromString(one).message for one in room.changes)
        ]

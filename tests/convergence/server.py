"""A server whose data file is a list: it can be killed and started again."""

import asyncio

from imnb.client.gateway import Ticket
from imnb.devserver.identity import Identity
from imnb.devserver.ledger import Ledger
from imnb.devserver.realm import ACCOUNT, IDENTITY, restore
from imnb.devserver.record import Record
from imnb.devserver.service import Service
from imnb.errors import GatewayUnreachable
from imnb.models.ids import UserId

PORT = 7_000
COMMITS = (0.0, 0.001, 0.003, 0.02)


class Disk:
    """Keeps what was committed and, after a crash, as much more as luck has it."""

    def __init__(self, dice):
        self.records = []
        self._dice = dice
        self._waiting = []
        self._boot = 0

    def opened(self):
        """A log for one life of the server; that of an earlier one is dead."""
        self._boot += 1
        return _Log(self, self._boot)

    def crash(self):
        kept = self._dice.randint(0, len(self._waiting))
        self.records += [(kind, payload) for kind, payload, _ in self._waiting[:kept]]
        self._waiting.clear()
        self._boot += 1

    async def load(self):
        for record in self.records:
            yield record

    def submit(self, boot, kind, payload):
        loop = asyncio.get_running_loop()
        stored = loop.create_future()
        if boot == self._boot:
            self._waiting.append((kind, payload, stored))
            loop.call_later(self._dice.choice(COMMITS), self._commit, boot)
        return stored

    def _commit(self, boot):
        if boot != self._boot:
            return
        group, self._waiting = self._waiting, []
        for kind, payload, stored in group:
            self.records.append((kind, payload))
            stored.set_result(None)


class _Log:
    def __init__(self, disk, boot):
        self._disk, self._boot = disk, boot

    def submit(self, kind, payload):
        return self._disk.submit(self._boot, kind, payload)


class Server:
    """Also the gateway: it gives tickets while it is up."""

    def __init__(self, network, limits, users, retention, dice):
        self._network, self._limits = network, limits
        self._retention = retention
        self.disk = Disk(dice)
        self.service = None
        self.realm = None
        self.disk.records.append((IDENTITY, Identity.new().to_bytes()))
        for user in users:
            record = Record(ACCOUNT, 1, UserId(user), user.title().encode())
            self.disk.records.append((ACCOUNT, record.payload()))

    @property
    def is_up(self):
        return self.service is not None

    @property
    def world(self):
        return self.realm.world

    async def authenticate(self, credentials):
        if not self.is_up:
            raise GatewayUnreachable("the server is down")
        user = UserId(credentials.user)
        token, _ = self.realm.tokens.issue(user, credentials.device, now())
        key = self.realm.identity.public_key
        return Ticket(token, (self._endpoint,), key, "local")

    async def start(self):
        self.realm = await restore(self.disk.load(), self._retention)
        self.service = Service(
            self.realm,
            Ledger(self.disk.opened()),
            environment="local",
            limits=self._limits,
            silence_limit=30.0,
            wall_clock=now,
        )
        self._endpoint = await self.service.listen(self._network, "127.0.0.1", PORT)

    async def kill(self, cut):
        """Without a word, and without what was not committed."""
        service, self.service = self.service, None
        if service is not None:
            self.disk.crash()
            cut()
            await service.close()
            service.scope.raise_errors()

    def drop(self, user):
        if self.service is not None:
            self.service.sessions.drop(user)


def now():
    """Microseconds of the simulation."""
    return int(asyncio.get_running_loop().time() * 1e6)

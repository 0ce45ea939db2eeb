"""A gateway over real HTTP, asked with aiohttp as anybody might."""

import asyncio
import contextlib

import aiohttp

from imnb.config import Endpoint, Limits
from imnb.devserver.gateway import Gateway
from imnb.devserver.identity import Identity
from imnb.devserver.ledger import Ledger
from imnb.devserver.realm import Realm
from imnb.models.ids import UserId

NOW = 1_700_000_000_000_000
LIMIT = 4 << 20


class Desk:
    """Asks a gateway as one user or another."""

    def __init__(self, realm, gateway, session):
        self.realm = realm
        self.gateway = gateway
        self._session = session

    def token(self, user):
        return self.realm.tokens.issue(UserId(user), "test", NOW)[0]

    def request(self, method, path, user="alice", headers=None, **options):
        headers = dict(headers or {})
        if user is not None:
            headers["Authorization"] = f"Bearer {self.token(user)}"
        url = f"http://{self.endpoint}{path}"
        return self._session.request(method, url, headers=headers, **options)

    async def connect(self):
        return await asyncio.open_connection(self.endpoint.host, self.endpoint.port)

    async def json(self, method, path, **options):
        async with self.request(method, path, **options) as answer:
            return answer.status, await answer.json()

    async def upload(self, content, **options):
        status, found = await self.json("POST", "/v1/files", data=content, **options)
        assert status == 200, found
        return found["file"]


@contextlib.asynccontextmanager
async def desk(users=("alice", "bob"), files=None):
    realm = Realm(Identity.new(), 100)
    await realm.set_users({user: user for user in users}, Ledger(), NOW)
    gateway = Gateway(
        realm,
        tcp=Endpoint("127.0.0.1", 4_321),
        environment="test",
        wall_clock=lambda: NOW,
        limits=Limits(max_file=LIMIT),
        files=files,
    )
    async with aiohttp.ClientSession() as session:
        made = Desk(realm, gateway, session)
        made.endpoint = await gateway.listen("127.0.0.1", 0)
        try:
            yield made
        finally:
            await session.close()
            await gateway.close()

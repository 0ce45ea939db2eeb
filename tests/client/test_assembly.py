"""Opened in order, and closed whatever step fails; over a gateway of its own."""

import contextlib

import pytest

from imnb.client.assembly import Assembly, make_engine
from imnb.client.gateway import Credentials
from imnb.config import Environment, Heartbeat, Limits, Timeouts
from imnb.engine.states import State
from imnb.errors import (
    ClosedError,
    ConfigError,
    ConnectionFailed,
    StoreCorrupt,
    WrongPassword,
)
from imnb.models.ids import UserId
from imnb.store.database import Database
from tests.client.conftest import QUICK
from tests.client.strangers import http, stranger, ticket

ME = UserId("alice")


class Parts:
    """An assembly with an engine of its own, and the stores that it opened."""

    def __init__(self, environment, password="alice", error=None):
        self.opened = []
        self.error = error
        self.engine = make_engine(environment)
        credentials = Credentials(ME, "notebook", password)
        self.assembly = Assembly(self.engine, environment, credentials)

    async def open_store(self):
        if self.error is not None:
            raise self.error
        self.opened.append(await Database.open(None, me=ME))
        return self.opened[0]

    async def open(self):
        await self.assembly.open(self.open_store)

    async def close(self):
        await self.assembly.close()
        await self.engine.close()


@contextlib.asynccontextmanager
async def parts(environment, **options):
    it = Parts(environment, **options)
    try:
        yield it
    finally:
        await it.close()


async def test_all_parts_are_there_and_online(server, leftovers):
    before = leftovers()
    async with parts(server.environment(**QUICK)) as it:
        await it.open()
        made = it.assembly
        assert it.engine.state is State.ONLINE
        assert made.database is it.opened[0]
        assert made.me.name == "Alice"
        assert await made.database.fetch('SELECT user_id FROM "user"') == [(ME,)]
        await made.close()
        await made.close()
        assert it.engine.state is State.CLOSED
        with pytest.raises(ClosedError):
            await made.database.write(lambda tx: None)
    await before.check()


async def test_who_is_refused_gets_no_store(server, leftovers):
    before = leftovers()
    async with parts(server.environment(**QUICK), password="wrong") as it:
        with pytest.raises(WrongPassword):
            await it.open()
        assert it.opened == []
        await before.check()


async def test_without_a_store_nothing_is_connected(server, leftovers):
    before = leftovers()
    error = StoreCorrupt("damaged")
    async with parts(server.environment(**QUICK), error=error) as it:
        with pytest.raises(StoreCorrupt, match="damaged"):
            await it.open()
        assert len(server.sessions) == 0
        await before.check()


async def test_without_a_connection_the_store_is_closed(leftovers):
    async with stranger(b"") as (server, _):
        async with stranger(http(ticket(server))) as (gateway, _):
            before = leftovers()
            async with parts(Environment(f"http://{gateway}", **QUICK)) as it:
                with pytest.raises(ConnectionFailed, match="during the handshake"):
                    await it.open()
                with pytest.raises(ClosedError):
                    await it.opened[0].write(lambda tx: None)
                await before.check()


async def test_after_a_kick_the_same_parts_go_on(server):
    async with parts(server.environment(**QUICK)) as it:
        await it.open()
        with pytest.raises(ConfigError, match="running already"):
            await it.assembly.resume()
        it.engine.kicked("a test")
        with contextlib.suppress(Exception):
            await it.engine.wait_online()
        await it.assembly.resume()
        assert it.engine.state is State.ONLINE
        assert it.assembly.database is it.opened[0]


async def test_an_engine_has_the_environments_settings():
    environment = Environment(
        "http://127.0.0.1:1",
        limits=Limits(max_pending_calls=3),
        timeouts=Timeouts(connect=4.0, request=5.0),
        heartbeat=Heartbeat(interval=6.0),
    )
    engine = make_engine(environment)
    assert engine.dispatcher._limits is environment.limits
    assert engine.channel._timeout == 5.0
    assert engine._connector.timeouts is environment.timeouts
    assert engine._rhythm.settings is environment.heartbeat
    await engine.close()

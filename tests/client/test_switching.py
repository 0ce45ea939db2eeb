"""From one environment to another at run time: two servers, one client."""

import asyncio
import dataclasses

import pytest

from imnb.client import views
from imnb.config import Environment
from imnb.devserver import DevServer
from imnb.engine.states import State
from imnb.errors import (
    ClosedError,
    ConfigError,
    EnvironmentChanged,
    GatewayUnreachable,
    WrongPassword,
)
from imnb.pb.sync_pb2 import EventPush
from tests.client.conftest import QUICK
from tests.client.strangers import free_port, stranger
from tests.client.test_client import has, texts
from tests.eventually import eventually


@pytest.fixture
async def other():
    async with DevServer() as it:
        yield it


@pytest.fixture
def staging(other):
    return dataclasses.replace(other.environment(**QUICK), name="staging")


@pytest.fixture
def home(server):
    return server.environment(**QUICK)


async def test_each_environment_has_its_server_and_its_store(
    server, other, home, staging, alice
):
    await alice.send_text("bob", "at home")
    here = alice.db.path
    assert (await alice.use_environment(staging)).name == "Alice"
    assert alice.state is State.ONLINE
    assert alice.environment is staging
    assert alice.db.path != here
    assert len(await alice.conversations()) == 0
    await alice.send_text("bob", "on the stage")
    assert (len(server.sessions), len(other.sessions)) == (0, 1)
    await alice.use_environment(home)
    assert alice.db.path == here
    assert await texts(alice) == ["at home"]
    assert (len(server.sessions), len(other.sessions)) == (1, 0)
    alice.raise_background_errors()


async def test_the_old_session_ends_before_the_new_one_begins(alice, staging):
    changes = []
    alice.on_state(changes.append)
    lock = alice.db.path.with_name("notebook.duckdb.lock")
    locks = []
    alice.on_state(lambda change: locks.append(lock.exists()))
    await alice.use_environment(staging)
    assert [change.state for change in changes] == [
        State.CLOSED,
        State.CONNECTING,
        State.HANDSHAKING,
        State.AUTHENTICATING,
        State.SYNCING,
        State.ONLINE,
    ]
    assert "went to the environment 'staging'" in changes[0].reason
    assert not any(locks[1:])


async def test_a_name_of_the_file_will_do(alice, other, tmp_path, monkeypatch):
    file = tmp_path / "environments.toml"
    file.write_text(f'[staging]\ngateway = "{other.gateway_url}"\n')
    monkeypatch.setattr("imnb.client.environments.default_file", lambda: file)
    before = alice.engine
    with pytest.raises(ConfigError, match=r"'prod' is no URL.*there are: staging"):
        await alice.use_environment("prod")
    assert (alice.engine, alice.state) == (before, State.ONLINE)
    await alice.use_environment("staging")
    assert alice.environment.name == "staging"
    assert len(other.sessions) == 1


async def test_calls_that_wait_fail_and_drafts_wait_for_the_way_back(
    server, make, home, staging, alice
):
    bob = make("bob", server)
    await bob.login()
    chat = await alice.open_direct("bob")
    alice.engine.pause_reading("a test")
    asking = asyncio.create_task(alice.engine.rpc.Ping())
    await alice.synchroniser.outbox.go_offline()
    sending = asyncio.create_task(alice.send_text(chat, "for the way back"))
    await eventually(lambda: alice.synchroniser.outbox._answers)
    await alice.use_environment(staging)
    with pytest.raises(EnvironmentChanged, match="'staging'") as caught:
        await asking
    assert caught.value.may_have_acted
    with pytest.raises(EnvironmentChanged, match="sent next time"):
        await sending
    assert alice.state is State.ONLINE
    await alice.use_environment(home)
    await eventually(has(bob, 1))
    assert await texts(bob) == ["for the way back"]


async def test_programs_close_and_sources_stand_still(alice, staging, monkeypatch):
    closed = []

    class App:
        def close(self):
            closed.append(alice.state)

    monkeypatch.setattr(views, "_factories", {"app": lambda client: App()})
    app = alice.app()
    await alice.send_text("bob", "at home")
    source = alice.conversation_source()
    await source.open()
    rows = source.snapshot
    await alice.use_environment(staging)
    assert closed == [State.ONLINE]
    await alice.send_text("carol", "on the stage")
    assert await source.load_older() == 0
    assert source.snapshot is rows
    await source.close()
    await alice.use_environment(staging)
    assert len(closed) == 1
    del app


async def test_handlers_of_pushes_follow(other, make, staging, alice):
    heard = []
    alice.on(EventPush)(lambda push: heard.append(push.head))
    await alice.use_environment(staging)
    bob = make("bob", staging)
    await bob.login()
    heard.clear()
    await bob.send_text("alice", "hi")
    await eventually(lambda: heard)


async def test_a_switch_that_failed_may_be_tried_again(server, home, staging, alice):
    nowhere = Environment(f"http://127.0.0.1:{await free_port()}", "gone", **QUICK)
    with pytest.raises(GatewayUnreachable):
        await alice.use_environment(nowhere)
    assert (alice.state, alice.environment) == (State.OFFLINE, nowhere)
    assert len(server.sessions) == 0
    with pytest.raises(ConfigError, match="is not logged in"):
        _ = alice.db
    with pytest.raises(WrongPassword):
        await alice.use_environment(staging, password="wrong")
    assert alice.environment is staging
    with pytest.raises(WrongPassword):
        await alice.login()
    await alice.login("alice")
    assert alice.state is State.ONLINE
    await alice.use_environment(home)
    assert alice.state is State.ONLINE


async def test_a_token_stays_in_its_environment(server, make, staging):
    token, _ = server._realm.tokens.issue("alice", "notebook", 1)
    alice = make("alice", server, password=None, token=token)
    with pytest.raises(ConfigError, match="no password for 'alice'"):
        await alice.use_environment(staging)
    await alice.use_environment(staging, password="alice")
    assert alice.state is State.ONLINE


async def test_during_a_log_in_and_after_the_end_there_is_no_switch(make, staging):
    async with stranger(None) as (gateway, heard):
        alice = make("alice", Environment(f"http://{gateway}", **QUICK))
        login = asyncio.create_task(alice.login())
        await eventually(lambda: heard)
        with pytest.raises(ConfigError, match="log-in of alice is under way"):
            await alice.use_environment(staging)
        await alice.close()
        with pytest.raises(ClosedError):
            await login
    with pytest.raises(ClosedError):
        await alice.use_environment(staging)


async def test_closing_during_a_switch(server, other, staging, make, leftovers):
    before = leftovers()
    alice = make("alice", server)
    await alice.login()
    is_left = asyncio.Event()
    alice.on_state(lambda change: change.state is State.CLOSED and is_left.set())
    switching = asyncio.create_task(alice.use_environment(staging))
    await is_left.wait()  # a look from time to time may miss it
    await alice.close()
    with pytest.raises(ClosedError):
        await switching
    assert (len(server.sessions), len(other.sessions)) == (0, 0)
    await before.check()


async def test_nothing_is_left_of_either(server, other, staging, make, leftovers):
    before = leftovers()
    alice = make("alice", server)
    await alice.login()
    await alice.use_environment(staging)
    await alice.close()
    await before.check()

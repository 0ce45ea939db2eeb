import asyncio
import pathlib

import pytest

from imnb.client.client import Client
from imnb.client.gateway import Credentials
from imnb.client.lifetime import Lifetime
from imnb.config import Environment
from imnb.devserver import DevServer
from imnb.engine.states import State
from imnb.errors import (
    BackgroundError,
    CallTimeout,
    ClosedError,
    ConfigError,
    SyncWaitError,
    WrongPassword,
)
from tests.client.conftest import QUICK
from tests.client.strangers import stranger
from tests.client.test_client import has, texts
from tests.eventually import eventually

NOWHERE = Environment("http://127.0.0.1:1")


class Owner:
    async def close(self):
        raise AssertionError("nobody else logs in here")


def lifetime():
    who = Credentials("alice", "notebook", "p")
    return Lifetime(Owner(), NOWHERE, who, pathlib.Path("x"), None, None, None)


async def test_before_the_log_in_and_after_the_end():
    life = lifetime()
    assert not life.is_logged_in
    assert repr(life) == "<Lifetime of 'alice': offline>"
    with pytest.raises(ConfigError, match=r"alice is not logged in: await client\."):
        _ = life.parts
    await life.close()
    with pytest.raises(ClosedError, match="client of alice is closed: make a new one"):
        _ = life.parts
    with pytest.raises(ClosedError):
        await life.login(None)


async def test_what_may_be_there_once_in_a_process():
    life = lifetime()
    assert life.keys == (
        ("http://127.0.0.1:1", "alice", "notebook"),
        pathlib.Path("x"),
    )


def test_without_a_loop_synchronous_calls_say_what_to_do(tmp_path):
    client = Client("alice", environment=NOWHERE, data_dir=tmp_path)
    with pytest.raises(SyncWaitError, match=r"no event loop runs here.*asyncio\.run"):
        client.sync.login()


async def test_the_loop_is_that_of_the_log_in(alice):
    def write():
        return alice.sync.send_text("bob", "from a thread")

    sent = await asyncio.to_thread(write)
    assert await texts(alice, sent.conversation_id) == ["from a thread"]


async def test_watchers_follow_through_every_log_in(server, make):
    alice = make("alice", server)
    states = []
    end = alice.on_state(lambda change: states.append(change.state))
    with pytest.raises(WrongPassword):
        await alice.login("wrong")
    await alice.login("alice")
    assert states[-1] is State.ONLINE
    end()
    end()
    await alice.close()
    assert states[-1] is State.ONLINE


async def test_a_watcher_that_fails_keeps_nothing_from_the_others(server, make):
    alice = make("alice", server)
    states = []

    def broken(change):
        raise ZeroDivisionError

    alice.on_state(broken)
    alice.on_state(lambda change: states.append(change.state))
    await alice.login()
    assert states[-1] is State.ONLINE
    with pytest.raises(BackgroundError, match="state watcher"):
        alice.raise_background_errors()


async def test_one_log_in_at_a_time(make):
    async with stranger(None) as (gateway, heard):
        alice = make("alice", Environment(f"http://{gateway}", **QUICK))
        first = asyncio.create_task(alice.login())
        await eventually(lambda: heard)
        with pytest.raises(ConfigError, match="logged in already"):
            await alice.login()
        await alice.close()
        with pytest.raises(ClosedError, match="make a new one"):
            await first


async def test_whoever_closes_returns_when_all_is_closed(alice):
    lock = alice.db.path.with_name("notebook.duckdb.lock")
    assert lock.exists()
    closing = [asyncio.create_task(alice.close()) for _ in range(2)]
    done, _ = await asyncio.wait(closing, return_when=asyncio.FIRST_COMPLETED)
    assert done
    assert not lock.exists()
    await asyncio.gather(*closing)


async def test_a_new_client_waits_for_the_end_of_the_old_one(server, make, alice):
    closing = asyncio.create_task(alice.close())
    await asyncio.sleep(0)
    again = make("alice", server)
    await again.login()
    assert again.state is State.ONLINE
    await closing


async def test_after_a_kick_one_may_log_in_again_and_views_go_on(server, make, alice):
    bob = make("bob", server)
    await bob.login()
    chat = await alice.open_direct("bob")
    source = alice.chat_source(chat.conversation_id)
    await source.open()
    server.sessions.kick("alice", "notebook")
    await eventually(lambda: alice.state is State.KICKED)
    with pytest.raises(CallTimeout, match="kicked"):
        await alice.send_text(chat, "written meanwhile")
    with pytest.raises(WrongPassword):
        await alice.login("wrong")
    assert alice.state is State.KICKED
    assert (await alice.login("alice")).name == "Alice"
    assert alice.state is State.ONLINE
    await eventually(has(bob, 1, chat.conversation_id))
    await eventually(lambda: "sent" in set(source.snapshot.df["state"]))
    server.sessions.kick("alice", "notebook")
    await eventually(lambda: alice.state is State.KICKED)
    await source.close()


async def test_a_password_that_was_changed_is_given_without_losing_the_store(make):
    async with DevServer({"alice": "old", "bob": "b"}) as first:
        ports = {
            "tcp_port": first.endpoint.port,
            "http_port": int(first.gateway_url.rpartition(":")[2]),
        }
        alice = make("alice", first, password="old")
        await alice.login()
    async with DevServer({"alice": "new", "bob": "b"}, **ports):
        await eventually(lambda: alice.state is State.CLOSED, 10)
        assert isinstance(alice.engine.failure, WrongPassword)
        database = alice.db
        await alice.login("new")
        assert alice.state is State.ONLINE
        assert alice.db is database


async def test_two_servers_in_one_process_have_the_same_users(server, make, tmp_path):
    alice = make("alice", server)
    await alice.login()
    async with DevServer() as other:
        namesake = make("alice", other, data_dir=tmp_path / "other")
        await namesake.login()
        assert alice.state is State.ONLINE
        await alice.send_text("bob", "still here")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://127.0.0.1:8080", "local"),
        ("http://localhost", "local"),
        ("https://im.example.com", "im.example.com"),
        ("https://IM.example.com:8443/path", "im.example.com:8443"),
    ],
)
async def test_servers_that_are_given_as_urls_share_no_store(url, name, tmp_path):
    client = Client("alice", environment=url, data_dir=tmp_path)
    assert client.environment == Environment(url, name)
    await client.close()

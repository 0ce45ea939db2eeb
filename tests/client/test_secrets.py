"""What is secret is in no repr, no error and no log record, whatever happens."""

import logging

import pytest

import imnb
from imnb.client.client import Client
from imnb.client.gateway import Credentials
from imnb.config import Environment
from imnb.devserver import DevServer
from imnb.engine.states import State
from imnb.errors import ExpectationFailed, ImnbError
from tests.client.conftest import QUICK
from tests.client.strangers import KEY
from tests.eventually import eventually

PASSWORD = "p4ss-word-of-alice"
TEXT = "a private remark"
USERS = {"alice": PASSWORD, "bob": "p4ss-word-of-bob"}


def secrets_of(server, *clients):
    """Everything that nobody may see, as it might be shown."""
    identity = server._realm.identity
    keys = [identity.private_key, identity.secret]
    shown = [form for key in keys for form in (key.hex(), repr(key)[2:-1])]
    return [*USERS.values(), TEXT, *tokens_of(*clients), *shown]


def tokens_of(*clients):
    """Those that they logged in with last."""
    return [client._life.parts._plan._ticket.token for client in clients]


def parts_of(client):
    life = client._life
    return [
        client, client.sync, client.engine, client.db, client.synchroniser,
        client.poller, client.capture, client.environment, life, life._credentials,
        life.parts._gateway, life.parts._plan, life.parts._plan._ticket,
        *client.capture.frames(),
    ]  # fmt: skip


async def go_wrong(server, make, alice):
    """The errors of all that may go wrong."""
    pinned = server.environment(**QUICK, server_key=KEY)
    errors = []
    for call in (
        lambda: make("bob", server, device="x", password=PASSWORD).login(),
        lambda: make("alice", pinned, device="y", password=PASSWORD).login(),
        lambda: make("alice", server, device="z", token=TEXT, password="").login(),
        lambda: alice.send_text(999, TEXT),
        lambda: alice.send_text("bob", TEXT * 100_000),
        lambda: alice.sql(f"SELECT '{TEXT}' FROM nowhere"),
    ):
        with pytest.raises(ImnbError) as caught:
            await call()
        errors.append(caught.value)
    return errors


async def test_no_secret_is_in_a_repr_an_error_or_the_log(make, caplog):
    caplog.set_level(logging.DEBUG)
    async with DevServer(USERS) as server:
        alice, bob = (make(user, server, password=USERS[user]) for user in USERS)
        await alice.login()
        await bob.login()
        await alice.send_text("bob", TEXT)
        await bob.expect('command == "EventPush"')
        server.sessions.drop("alice")
        await eventually(lambda: "-> waiting" in caplog.text)
        await eventually(lambda: alice.state is State.ONLINE)
        errors = await go_wrong(server, make, alice)
        parts = [part for client in (alice, bob) for part in parts_of(client)]
        shown = repr([server, server.world, server.sessions, *parts])
        told = " ".join(f"{error} {error!r}" for error in errors)
        for secret in secrets_of(server, alice, bob):
            assert secret not in shown
            assert secret not in told
            assert secret not in caplog.text


async def test_an_expectation_shows_texts_but_no_token(make):
    """It lists what came, which is what it is for."""
    async with DevServer(USERS) as server:
        alice = make("alice", server, password=PASSWORD)
        await alice.login()
        await alice.send_text("bob", TEXT)
        with pytest.raises(ExpectationFailed) as caught:
            await alice.expect("size < 0", timeout=0.01)
        assert "Login" in str(caught.value)
        [token] = tokens_of(alice)
        assert token not in str(caught.value)


async def test_no_secret_is_in_the_repr_of_a_demo(caplog):
    caplog.set_level(logging.DEBUG)
    async with imnb.Demo(USERS) as demo:
        alice = await demo.login("alice")
        await alice.send_text("bob", TEXT)
        secrets = secrets_of(demo.server, alice)
        shown = repr(demo)
    assert "alice logged in" in shown
    assert not [secret for secret in secrets if secret in shown + caplog.text]


async def test_before_log_in_credentials_are_not_shown_either(tmp_path):
    environment = Environment("http://127.0.0.1:1", server_key=KEY)
    client = Client(
        "alice", environment=environment, password=PASSWORD, token=TEXT,
        data_dir=tmp_path,
    )  # fmt: skip
    shown = f"{client!r} {Credentials('alice', 'd', PASSWORD, TEXT)!r}"
    assert PASSWORD not in shown
    assert TEXT not in shown
    await client.close()

"""How a session changes while its client goes on: tokens, devices, kicks."""

import time

import pytest

from imnb.client.client import Client
from imnb.engine.states import State
from imnb.errors import AuthError, ConfigError, ImnbError
from imnb.pb.session_pb2 import LoginReply
from imnb.pb.sync_pb2 import EventPush
from tests.client.conftest import QUICK, asked
from tests.client.test_client import has, texts
from tests.eventually import eventually


def token_of(server, user, device="notebook"):
    token, _ = server._realm.tokens.issue(user, device, time.time_ns() // 1000)
    return token


async def own_session(client):
    [own] = [one for one in await client.sessions() if one.is_mine]
    return own.session_id


async def test_a_changed_token_logs_in_again_and_everything_goes_on(
    server, make, alice
):
    bob = make("bob", server)
    await bob.login()
    chat = await alice.open_direct("bob")
    source = alice.chat_source(chat.conversation_id)
    await source.open()
    before, database = await own_session(alice), alice.db
    states = []
    alice.on_state(lambda change: states.append(change.state))
    await alice.change_token(token_of(server, "alice"))
    assert alice.state is State.ONLINE
    assert states[:2] == [State.WAITING, State.CONNECTING]
    assert await own_session(alice) != before
    assert alice.db is database
    await bob.send_text(chat, "still there?")
    await eventually(lambda: "still there?" in set(source.snapshot.df["text"]))
    assert len(await alice.sessions()) == 1
    alice.raise_background_errors()
    await source.close()


async def test_a_token_that_is_refused_changes_nothing(alice):
    before = await own_session(alice)
    with pytest.raises(AuthError):
        await alice.change_token("no token at all")
    assert alice.state is State.ONLINE
    assert await own_session(alice) == before
    assert asked(alice, "Login") == 1
    await alice.send_text("bob", "by password")


async def test_a_token_brings_a_session_back_that_was_ended(server, alice):
    server.sessions.kick("alice", "notebook")
    await eventually(lambda: alice.state is State.KICKED)
    database = alice.db
    await alice.change_token(token_of(server, "alice"))
    assert alice.state is State.ONLINE
    assert alice.db is database


async def test_a_token_while_the_server_is_away_is_not_taken(server, make, alice):
    token = token_of(server, "alice")
    await server.close()
    await eventually(lambda: alice.state is State.WAITING)
    with pytest.raises(ImnbError):
        await alice.change_token(token)
    assert alice._life._credentials.token is None


async def test_a_token_before_the_log_in_is_for_the_log_in(server, make):
    alice = make("alice", server, password="wrong")
    await alice.change_token(token_of(server, "alice"))
    assert alice.state is State.OFFLINE
    await alice.login()
    assert alice.state is State.ONLINE


async def test_two_devices_of_one_user_side_by_side(server, make, alice):
    bob = make("bob", server)
    phone = make("alice", server, device="phone")
    await bob.login()
    await phone.login()
    assert phone.db.path != alice.db.path
    await phone.send_text("bob", "from the phone")
    await alice.send_text("bob", "from the notebook")
    for client in (alice, phone, bob):
        await eventually(has(client, 2))
    assert await texts(alice) == await texts(phone) == await texts(bob)
    await phone.logout()
    assert alice.state is State.ONLINE
    await alice.send_text("bob", "alone again")


async def test_a_further_log_in_kicks_the_session_of_its_device_by_name(
    server, make, alice, tmp_path
):
    phone = make("alice", server, device="phone")
    await phone.login()
    kicked = await own_session(alice)
    changes = []
    alice.on_state(changes.append)
    # As from another process: nothing here knows that it is the same device.
    there = f"{server.gateway_url}/"
    async with Client(
        "alice", environment=there, password="alice", data_dir=tmp_path / "other"
    ) as third:
        await eventually(lambda: alice.state is State.KICKED)
        assert f"session {kicked} was ended by the server" in changes[-1].reason
        assert "the same device logged in again" in str(alice.engine.failure)
        assert phone.state is third.state is State.ONLINE
        assert [one.device for one in await third.sessions()] == ["phone", "notebook"]


async def test_log_out_with_clearing_leaves_the_other_device_alone(server, make, alice):
    phone = make("alice", server, device="phone")
    await phone.login()
    path, other = alice.db.path, phone.db.path
    await alice.logout(clear=True)
    assert not path.exists()
    assert other.exists()
    assert [one.device for one in await phone.sessions()] == ["phone"]


async def test_handlers_of_pushes_are_given_by_a_decorator(server, make):
    alice, bob = make("alice", server), make("bob", server)
    seen = []

    @bob.on(EventPush, lane=lambda push: "all", behind=seen.append)
    async def note(push):
        seen.append(push.head)

    with pytest.raises(ConfigError, match="LoginReply"):
        bob.on(LoginReply)(note)
    await alice.login()
    await bob.login()
    await alice.send_text("bob", "hi")
    await eventually(lambda: 2 in seen)
    bob.off(note)
    await alice.send_text("bob", "unheard")
    await eventually(has(bob, 2))
    assert 3 not in seen
    bob.raise_background_errors()


async def test_a_name_is_an_environment_of_the_file(
    server, make, tmp_path, monkeypatch
):
    file = tmp_path / "environments.toml"
    file.write_text(f'[home]\ngateway = "{server.gateway_url}"\n')
    monkeypatch.setattr("imnb.client.environments.default_file", lambda: file)
    alice = make("alice", "home")
    await alice.login()
    assert alice.environment.name == "home"
    assert "(home, notebook) online" in repr(alice)
    with pytest.raises(ConfigError, match=r"'work' is no URL.*there are: home"):
        make("alice", "work")
    assert QUICK["timeouts"] != alice.environment.timeouts

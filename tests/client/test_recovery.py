"""Nothing is lost, doubled or reordered, whatever happens to line and processes."""

import asyncio
import secrets

import pytest

from imnb.config import Limits
from imnb.devserver import DevServer
from imnb.engine.states import State
from imnb.errors import CallTimeout, ConfigError
from imnb.net.memory import MemoryNetwork
from imnb.store.tables import hole
from tests.client.test_client import has, texts
from tests.eventually import eventually


async def online(client) -> None:
    await eventually(lambda: client.state is State.ONLINE)


def numbers(first: int, last: int) -> list[str]:
    return [f"m{number}" for number in range(first, last + 1)]


async def send_all(client, to, names: list[str]) -> None:
    for name in names:
        await client.send_text(to, name, wait=False)


async def is_sent(client) -> bool:
    return not await client.db.fetch("SELECT 1 FROM outbox")


async def test_who_was_away_catches_up(server, make):
    alice = make("alice", server)
    await alice.login()
    bob = make("bob", server)
    await bob.login()
    await send_all(alice, "bob", numbers(1, 3))
    await eventually(has(bob, 3))
    await bob.close()
    await send_all(alice, "bob", numbers(4, 250))
    await eventually(lambda: is_sent(alice))
    again = make("bob", server)
    await again.login()
    assert again.behind == 0
    assert await texts(again) == numbers(1, 250)
    pulled = [f for f in again.capture.frames(where='command == "Pull"') if f.outbound]
    assert pulled
    assert not again.capture.frames(where='command == "Reset"')


async def test_a_dropped_connection_loses_nothing_in_either_direction(server, make):
    alice, bob = make("alice", server), make("bob", server)
    await alice.login()
    await bob.login()
    sent = 0
    for user in ("alice", "bob", None, "alice", "bob"):
        await send_all(alice, "bob", numbers(sent + 1, sent + 20))
        sent += 20
        await asyncio.sleep(0.01)
        server.sessions.drop(user)
        await send_all(alice, "bob", numbers(sent + 1, sent + 10))
        sent += 10
    await eventually(has(bob, sent), 10)
    await eventually(has(alice, sent), 10)
    assert await texts(bob) == await texts(alice) == numbers(1, sent)
    assert await is_sent(alice)
    alice.raise_background_errors()
    bob.raise_background_errors()


async def test_a_restarted_server_with_a_file_has_everything(make, tmp_path):
    data = tmp_path / "server.duckdb"
    async with DevServer(data=data) as first:
        ports = {
            "tcp_port": first.endpoint.port,
            "http_port": int(first.gateway_url.rpartition(":")[2]),
        }
        alice, bob = make("alice", first), make("bob", first)
        await alice.login()
        await bob.login()
        await send_all(alice, "bob", numbers(1, 30))
        await eventually(has(bob, 30))
    await eventually(lambda: alice.state is State.WAITING)
    await send_all(alice, "bob", numbers(31, 40))
    with pytest.raises(CallTimeout):
        async with asyncio.timeout(None):
            await alice.send_text("bob", "m41")
    async with DevServer(data=data, **ports) as second:
        await eventually(has(bob, 41), 10)
        assert await texts(bob) == numbers(1, 41)
        carol = make("bob", second, device="phone")
        await carol.login()
        assert (await texts(carol))[-3:] == numbers(39, 41)
        await eventually(has(carol, 41), 10)
        for client in (bob, alice):
            assert not client.capture.frames(where='command == "Reset"')[2:]


async def test_an_outbox_survives_its_process(server, make):
    alice, bob = make("alice", server), make("bob", server)
    await alice.login()
    await bob.login()
    chat = await alice.open_direct("bob")
    await alice.synchroniser.outbox.go_offline()
    await send_all(alice, chat, numbers(1, 20))
    assert not await is_sent(alice)
    await alice.close()
    again = make("alice", server)
    await again.login()
    await eventually(has(bob, 20))
    assert await texts(bob) == numbers(1, 20)
    await eventually(lambda: is_sent(again))


async def test_an_answer_that_was_lost_doubles_nothing(server, make):
    alice, bob = make("alice", server), make("bob", server)
    await alice.login()
    await bob.login()
    chat = await alice.open_direct("bob")
    alice.engine.pause_reading("a test")
    await send_all(alice, chat, numbers(1, 5))
    await eventually(has(bob, 1))  # the server has it, its answer is not read
    server.sessions.drop("alice")
    alice.engine.resume_reading("a test")
    await eventually(has(bob, 5), 10)
    await alice.send_text(chat, "m6")
    await eventually(has(bob, 6))
    assert await texts(bob) == await texts(alice) == numbers(1, 6)


async def test_too_short_a_memory_of_the_server_is_a_reset_and_holes_are_filled(make):
    async with DevServer(retention=10) as server:
        alice, bob = make("alice", server), make("bob", server)
        await alice.login()
        await bob.login()
        await send_all(alice, "bob", numbers(1, 5))
        await eventually(has(bob, 5))
        await bob.close()
        await send_all(alice, "bob", numbers(6, 300))
        await eventually(lambda: is_sent(alice))
        again = make("bob", server)
        await again.login()
        # The newest screen is there at once, the rest follows by itself.
        assert set(numbers(271, 300)) <= set(await texts(again))
        await eventually(has(again, 300), 10)
        assert await texts(again) == numbers(1, 300)
        assert await again.db.read(lambda cursor: hole.load(cursor, 1)) == []
        [unread] = (await again.conversations())["unread"]
        assert unread == 300


async def test_another_state_of_the_server_archives_and_sends_drafts_again(make):
    async with DevServer() as first:
        ports = {
            "tcp_port": first.endpoint.port,
            "http_port": int(first.gateway_url.rpartition(":")[2]),
        }
        alice = make("alice", first)
        await alice.login()
        await send_all(alice, "carol", ["to Carol"])
        await send_all(alice, "bob", numbers(1, 3))
        await eventually(lambda: is_sent(alice))
    await eventually(lambda: alice.state is State.WAITING)
    await send_all(alice, "bob", numbers(4, 6))
    async with DevServer(**ports) as second:
        await eventually(lambda: alice.state is State.ONLINE, 10)
        bob = make("bob", second)
        await bob.login()
        await eventually(has(bob, 3), 10)
        assert await texts(bob) == numbers(4, 6)
        chat = (await alice.open_direct("bob")).conversation_id
        await eventually(has(alice, 3, chat))
        assert await texts(alice, chat) == numbers(4, 6)
        rows = await alice.db.fetch("SELECT text FROM archived_message ORDER BY ALL")
        assert sorted(row[0] for row in rows) == ["m1", "m2", "m3", "to Carol"]


async def test_a_client_that_does_not_read_is_told_behind_and_pulls(make):
    limits = Limits(push_queue_events=50, send_queue_bytes=200_000)
    network = MemoryNetwork(limits)  # TCP would hold megabytes on the way
    async with DevServer(limits=limits, network=network) as server:
        alice = make("alice", server, network=network)
        bob = make("bob", server, network=network)
        await alice.login()
        await bob.login()
        chat = await alice.open_direct("bob")
        bob.engine.pause_reading("a test")
        for number in range(200):
            text = f"{number} {secrets.token_hex(5_000)}"
            await alice.send_text(chat, text, wait=False)
        await eventually(lambda: is_sent(alice), 20)
        bob.engine.resume_reading("a test")
        await eventually(has(bob, 200), 20)
        got = [int(one.split()[0]) for one in await texts(bob)]
        assert got == list(range(200))
        assert bob.capture.frames(where="behind == true")


async def test_a_plugin_of_ones_own_sees_its_kind_and_sends_it(server, make):
    from imnb.client.api import message as message_api
    from imnb.sync.plugins import Plugin

    alice, bob = make("alice", server), make("bob", server)
    await alice.login()
    await bob.login()
    with pytest.raises(ConfigError, match="no plugin knows the kind 'poll'"):
        await message_api.send(alice, "bob", "lunch?", kind="poll")
    seen = []

    def note(rows, channel):
        seen.extend((row[5], channel.name) for row in rows)
        return rows

    plugin = Plugin("polls", frozenset({"poll"}), process=note)
    for client in (alice, bob):
        client.synchroniser.pipeline.plugins.register(plugin)
    await message_api.send(alice, "bob", "lunch?", kind="poll", content=b"\1\2")
    await alice.send_text("bob", "plain")
    await eventually(has(bob, 2))
    assert ("lunch?", "push") in seen
    assert all(text == "lunch?" for text, _ in seen)

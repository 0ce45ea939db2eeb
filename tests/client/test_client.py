"""The whole way: two clients, a server, real TCP, a store each."""

import asyncio

import pytest

from imnb.client.client import Client
from imnb.engine.states import State
from imnb.errors import (
    CallRefused,
    CallTimeout,
    ClosedError,
    ConfigError,
    ExpectationFailed,
)
from imnb.models.message import Draft, Message
from tests.eventually import eventually


async def texts(client: Client, conversation: int = 1) -> list[str]:
    return list((await client.messages(conversation, 10_000))["text"])


def has(client: Client, count: int, conversation: int = 1):
    async def enough() -> bool:
        return len(await texts(client, conversation)) >= count

    return enough


async def test_two_users_chat_both_ways(server, make):
    alice, bob = make("alice", server), make("bob", server)
    assert (await alice.login()).name == "Alice"
    await bob.login()
    assert alice.state is bob.state is State.ONLINE, alice.engine.change
    sent = await alice.send_text("bob", "hi Bob")
    assert isinstance(sent, Message)
    frame = await bob.expect('command == "EventPush" and text contains "hi"')
    assert frame.message.events[0].message.text == "hi Bob"
    await bob.send_text("alice", "hi Alice")
    await eventually(has(alice, 2))
    await eventually(has(bob, 2))
    assert await texts(alice) == await texts(bob) == ["hi Bob", "hi Alice"]
    assert list((await alice.conversations())["title"]) == ["Bob"]
    assert list((await bob.users())["name"]) == ["Alice", "Bob", "Carol", "Dave"]
    found = await bob.sql("SELECT sender_id FROM messages WHERE text LIKE 'hi %'")
    assert sorted(found["sender_id"]) == ["alice", "bob"]
    alice.raise_background_errors()
    bob.raise_background_errors()


async def test_a_group_and_what_was_read(server, make):
    alice, bob, carol = (make(user, server) for user in ("alice", "bob", "carol"))
    for client in (alice, bob, carol):
        await client.login()
    group = await alice.create_group("Lunch", ["bob", "carol"])
    for number in range(3):
        await alice.send_text(group, f"m{number}")
    key = group.conversation_id
    await eventually(has(carol, 3, key))
    assert list((await carol.conversations())["unread"]) == [3]
    await carol.mark_read(key)
    assert list((await carol.conversations())["unread"]) == [0]

    async def seen() -> bool:
        rows = await alice.sql("SELECT read_seq FROM members WHERE user_id = 'carol'")
        return list(rows["read_seq"]) == [3]

    await eventually(seen)


async def test_without_waiting_a_draft_is_given_and_order_kept(server, make):
    alice, bob = make("alice", server), make("bob", server)
    await alice.login()
    await bob.login()
    for number in range(50):
        draft = await alice.send_text("bob", f"m{number}", wait=False)
        assert isinstance(draft, Draft)
    await eventually(has(bob, 50))
    assert await texts(bob) == [f"m{number}" for number in range(50)]


async def test_views_follow_the_store(server, make):
    alice, bob = make("alice", server), make("bob", server)
    await alice.login()
    await bob.login()
    chat = await alice.open_direct("bob")
    source = alice.chat_source(chat.conversation_id)
    conversations = bob.conversation_source()
    await source.open()
    await conversations.open()
    seen: list[int] = []
    source.subscribe(lambda snapshot, changes: seen.append(len(snapshot)))
    await alice.send_text("bob", "one")
    await bob.send_text("alice", "two")
    await eventually(lambda: len(source.snapshot) == 2)
    await eventually(lambda: len(conversations.snapshot) == 1)
    assert seen[-1] == 2
    await source.close()
    await conversations.close()


async def test_a_name_that_changes_is_seen_by_others(server, make):
    alice, bob = make("alice", server), make("bob", server)
    await alice.login()
    await bob.login()
    await alice.open_direct("bob")
    assert (await alice.update_profile("Alice Liddell")).name == "Alice Liddell"
    assert alice.me.name == "Alice Liddell"

    async def renamed() -> bool:
        rows = await bob.sql("SELECT name FROM users WHERE user_id = 'alice'")
        return list(rows["name"]) == ["Alice Liddell"]

    await eventually(renamed)


async def test_what_cannot_be_sent_says_why(server, make):
    alice = make("alice", server)
    await alice.login()
    with pytest.raises(ConfigError, match="nothing to send"):
        await alice.send_text("bob", " ")
    with pytest.raises(CallRefused, match="nobody"):
        await alice.send_text("nobody", "hi")
    with pytest.raises(CallRefused, match="999"):
        await alice.send_text(999, "hi")


async def test_expect_says_what_did_come(server, make):
    alice = make("alice", server)
    await alice.login()
    with pytest.raises(ExpectationFailed, match="Login"):
        await alice.expect('text contains "nothing like this"', timeout=0.05)
    silent = make("bob", server, capture=False)
    await silent.login()
    assert silent.capture is None
    with pytest.raises(ConfigError, match="capture=True"):
        await silent.expect("size > 0")
    with pytest.raises(ConfigError, match="capture=True"):
        silent.inspect()


async def test_what_is_not_accepted_in_time_stays_in_the_outbox(server, make):
    alice, bob = make("alice", server), make("bob", server)
    await bob.login()
    await alice.login()
    await alice.open_direct("bob")
    await server.close()
    with pytest.raises(CallTimeout, match="stays in the outbox"):
        await alice.send_text("bob", "later")
    rows = await alice.db.fetch("SELECT text, state FROM outbox")
    assert rows == [("later", "sending")]


async def test_before_and_after_there_is_a_clear_error(server, make):
    alice = make("alice", server)
    with pytest.raises(ConfigError, match=r"not logged in: await client\.login"):
        await alice.send_text("bob", "hi")
    await alice.login()
    with pytest.raises(ConfigError, match="logged in already"):
        await alice.login()
    await alice.close()
    await alice.close()
    with pytest.raises(ClosedError, match="make a new one"):
        await alice.send_text("bob", "hi")
    with pytest.raises(ClosedError):
        await alice.login()


async def test_making_a_client_again_closes_the_earlier_one(server, make):
    first = make("alice", server)
    await first.login()
    second = make("alice", server)
    await second.login()
    assert first.state is State.CLOSED
    assert second.state is State.ONLINE
    beside = make("alice", server, device="phone")
    await beside.login()
    assert second.state is State.ONLINE
    await second.send_text("bob", "from the notebook")
    await eventually(has(beside, 1))


async def test_being_kicked_is_told_and_not_retried(server, make):
    alice = make("alice", server)
    states: list[State] = []
    alice.on_state(lambda change: states.append(change.state))
    await alice.login()
    server.sessions.kick("alice", "notebook")
    await eventually(lambda: alice.state is State.KICKED)
    assert "ended" in alice.engine.change.reason
    await asyncio.sleep(0.3)
    assert states[-1] is State.KICKED
    assert states.count(State.CONNECTING) == 1


async def test_logging_out_with_clearing_leaves_no_store(server, make, tmp_path):
    alice = make("alice", server)
    await alice.login()
    await alice.send_text("bob", "hi")
    path = alice.db.path
    assert path.exists()
    await alice.logout(clear=True)
    assert alice.state is State.CLOSED
    assert not path.exists()
    again = make("alice", server)
    await again.login()
    assert await texts(again) == ["hi"]
    await again.logout()
    assert path.exists()


async def test_nothing_is_left_of_a_closed_client(server, make, leftovers):
    before = leftovers()
    async with make("alice", server) as alice:
        await alice.send_text("bob", "hi")
        source = alice.conversation_source()
        await source.open()
    await before.check()
    assert "alice" in repr(alice)


async def test_no_secret_is_in_a_repr_or_in_the_log(server, make, caplog):
    caplog.set_level("DEBUG")
    alice = make("alice", server, password="alice", token="t0ken-value")
    await alice.login()
    await alice.send_text("bob", "a private remark")
    parts = [alice, alice.engine, alice.db, alice.synchroniser, alice.capture]
    shown = " ".join(map(repr, parts)) + " ".join(map(str, alice.capture.frames()))
    logged = " ".join(record.getMessage() for record in caplog.records)
    for secret in ("t0ken-value", "a private remark"):
        assert secret not in shown
        assert secret not in logged


async def test_a_function_hears_of_new_messages_also_of_those_while_it_was_away(
    make, server
):
    heard = []
    alice = make("alice", server)
    alice.on_message(lambda message: heard.append(message.text), name="ring")
    await alice.login()
    bob = make("bob", server)
    await bob.login()
    await bob.send_text("alice", "one")
    await eventually(lambda: heard == ["one"])
    await alice.close()
    await bob.send_text("alice", "two")
    again = make("alice", server)
    again.on_message(lambda message: heard.append(message.text), name="ring")
    await again.login()
    await eventually(lambda: heard == ["one", "two"])
    again.off_message("ring")

"""Writing: order, parts, answers, and what becomes of it, over real TCP."""

import asyncio

import pytest

from imnb.client.api.reference import load
from imnb.errors import CallRefused, ConfigError
from imnb.models.content import Content
from imnb.models.message import Draft
from imnb.models.user import User
from imnb.sync.plugins import Plugin
from tests.client.test_client import has, texts
from tests.eventually import eventually


@pytest.fixture
async def bob(server, make):
    client = make("bob", server)
    await client.login()
    return client


async def test_the_order_is_that_of_the_calls(alice, bob):
    """The first of them opens the conversation, and all others wait for that."""
    await asyncio.gather(*(alice.send_text("bob", str(n)) for n in range(20)))
    assert await texts(alice) == [str(n) for n in range(20)]
    await eventually(has(bob, 20))
    assert await texts(bob) == await texts(alice)


async def test_all_that_can_be_written_to(alice, bob):
    chat = await alice.open_direct("bob")
    for to in ("bob", chat, chat.conversation_id, User("bob", "Bob")):
        sent = await alice.send_text(to, "hi")
        assert sent.conversation_id == chat.conversation_id
    for to in (1.5, ["bob"], None):
        with pytest.raises(ConfigError, match="is no user's id"):
            await alice.send_text(to, "hi")


async def test_a_kind_that_a_plugin_brings_is_sent(alice):
    alice.plugin(Plugin("dice", frozenset({"dice"})))
    sent = await alice.send("bob", kind="dice", content=b"6")
    assert (sent.kind, sent.text, sent.content) == ("dice", "", b"6")
    with pytest.raises(ConfigError, match="no plugin knows the kind 'cards'"):
        await alice.send("bob", kind="cards")


async def test_an_answer_and_mentions_arrive(alice, bob):
    first = await alice.send_text("bob", "lunch?")
    await eventually(has(bob, 1))
    answer = await bob.send_text("alice", "yes", reply_to=first, mentions=["alice"])
    assert answer.details == Content(1, ("alice",))
    await eventually(has(alice, 2))
    [got] = await load(alice, [("bob", 2)])
    assert got.reply_to == 1
    assert got.mentions_user("alice")
    frame = await alice.sql("SELECT user_id FROM mentions")
    assert list(frame["user_id"]) == ["alice"]
    with pytest.raises(ConfigError, match="forward it instead"):
        await alice.send_text("carol", "see", reply_to=first)


async def test_a_long_text_is_whole_on_both_sides(alice, bob):
    long = "ä" * 200_000
    sent = await alice.send_text("bob", long, reply_to=3)
    assert (sent.kind, sent.text == long, sent.reply_to) == ("text", True, 3)

    async def whole():
        rows = await bob.db.fetch("SELECT text FROM message WHERE kind = 'text'")
        return rows == [(long,)]

    await eventually(whole)
    assert len(await alice.outbox()) == 0
    with pytest.raises(ConfigError, match="at most 1,048,576"):
        await alice.send_text("bob", "x" * (1 << 20) + "x")


async def test_a_place(alice, bob):
    sent = await alice.send_location("bob", 52.5, 13.4, name="here")
    assert (sent.kind, sent.text) == ("location", "here")
    assert (sent.card.latitude, sent.card.longitude) == (52.5, 13.4)
    with pytest.raises(ConfigError, match="kind 'location'"):
        await alice.send_location("bob", 91, 0)


async def test_what_waits_is_listed(alice, server, bob):
    await alice.open_direct("bob")
    await server.close()
    draft = await alice.send_text("bob", "later", wait=False)
    assert isinstance(draft, Draft)
    [row] = (await alice.outbox()).to_dict("records")
    assert (row["client_id"], row["state"], row["text"]) == (
        draft.client_id, "sending", "later",
    )  # fmt: skip
    await alice.discard(draft.client_id)
    assert len(await alice.outbox()) == 0


async def test_why_it_failed_is_listed_and_it_can_be_sent_again(alice, server, bob):
    group = await alice.create_group("Lunch", ["bob"])
    key = group.conversation_id
    await eventually(lambda: _knows(bob, key))
    await alice.groups.remove(group, ["bob"])
    with pytest.raises(CallRefused):
        await bob.send_text(key, "too late")
    [row] = (await bob.outbox()).to_dict("records")
    assert row["state"] == "failed"
    assert row["error"]
    await alice.groups.add(group, ["bob"])
    await eventually(lambda: _knows(bob, key))
    await asyncio.gather(bob.retry(row["client_id"]), bob.retry(row["client_id"]))

    async def sent():
        return len(await bob.outbox()) == 0

    await eventually(sent)
    rows = await bob.db.fetch("SELECT count(*) FROM message WHERE text = 'too late'")
    assert rows == [(1,)]


async def _knows(client, conversation_id):
    frame = await client.conversations()
    return conversation_id in list(frame["conversation_id"])


async def test_pages_go_back_to_the_beginning(alice, bob):
    for number in range(1, 8):
        await alice.send_text("bob", f"m{number}")
    page = await alice.messages("bob", 3)
    assert list(page["seq"]) == [5, 6, 7]
    page = await alice.messages("bob", 3, before=5)
    assert list(page["seq"]) == [2, 3, 4]
    page = await alice.messages("bob", 3, before=2)
    assert list(page["seq"]) == [1]
    assert len(await alice.messages("bob", 3, before=1)) == 0


async def test_code_that_cannot_await_has_the_topics_too(alice):
    assert {"contacts", "groups", "preferences", "edit"} <= set(dir(alice.sync))
    assert dir(alice.sync.groups) == ["add", "leave", "members", "remove", "rename"]

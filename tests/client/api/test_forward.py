import dataclasses

import pytest

from imnb.client.api import message as message_api
from imnb.errors import ConfigError
from imnb.models.content import Content
from imnb.sync.plugins.plugin import Plugin
from tests.client.test_client import has
from tests.eventually import eventually


@pytest.fixture
async def chat(alice, server, make):
    bob = make("bob", server)
    await bob.login()
    await alice.send_text("bob", "first", mentions=["bob"])
    await eventually(has(bob, 1))
    await bob.send_text("alice", "second", reply_to=1)
    await eventually(has(alice, 2))
    return bob


async def test_one_goes_as_it_is_with_a_mark(alice, chat):
    sent = await alice.forward(("bob", 2), "carol")
    assert (sent.kind, sent.text) == ("text", "second")
    assert sent.details == Content(forwarded_from="bob")
    again = await alice.forward(sent, "dave")
    assert again.forwarded_from == "bob"


async def test_several_are_a_bundle(alice, chat):
    sent = await alice.forward([("bob", 2), ("bob", 1)], "carol")
    bundle = sent.card
    assert (sent.kind, bundle.title) == ("forward", "Bob")
    assert [(one.sender_name, one.text) for one in bundle.messages] == [
        ("Alice", "first"),
        ("Bob", "second"),
    ]
    titled = await alice.forward((("bob", 1), ("bob", 2)), "carol", title="Plans")
    assert titled.card.title == "Plans"


async def test_a_kind_of_a_plugin_goes_as_it_is(alice):
    alice.synchroniser.pipeline.plugins.register(Plugin("polls", frozenset({"poll"})))
    poll = await message_api.send(alice, "bob", "?", kind="poll", content=b"\xff")
    sent = await alice.forward(poll, "carol")
    assert (sent.kind, sent.content) == ("poll", b"\xff")


@pytest.mark.parametrize(
    ("messages", "says"),
    [
        ([], "0 messages to pass on"),
        (7, "give one, or a list"),
        ([7], "int is no message"),
        (("bob", 9), "message 9 of conversation 1 is not here"),
        ([("bob", 1), ("carol", 1)], "no conversation with 'carol'"),
    ],
)
async def test_what_cannot_be_passed_on_is_named(alice, chat, messages, says):
    with pytest.raises(ConfigError, match=says):
        await alice.forward(messages, "carol")


async def test_what_was_taken_back_is_not_passed_on(alice, chat):
    await alice.revoke(("bob", 1))
    with pytest.raises(ConfigError, match="message 1 of conversation 1 is revoked"):
        await alice.forward(("bob", 1), "carol")


async def test_more_than_fits_is_refused_before_it_is_kept(alice):
    sent = await alice.send_text("bob", "x" * 60_000)
    many = [dataclasses.replace(sent)] * 5
    with pytest.raises(ConfigError, match="forward fewer messages at once"):
        await alice.forward(many, "carol")
    assert len(await alice.outbox()) == 0

"""Editing, taking back and reacting, from one client to another."""

import pytest

from imnb.client.api.changes import pieces
from imnb.client.api.reference import load
from imnb.errors import CallRefused, ConfigError
from imnb.models.message import Reaction
from tests.client.test_client import has
from tests.eventually import eventually


@pytest.fixture
async def bob(server, make):
    client = make("bob", server)
    await client.login()
    return client


def sees(client, where):
    async def look():
        frame = await client.sql(f"SELECT 1 FROM messages WHERE {where}")
        return len(frame) == 1

    return look


async def test_an_edit_is_seen_at_once_and_by_the_others(alice, bob):
    sent = await alice.send_text("bob", "helo", reply_to=1, mentions=["bob"])
    await alice.edit(sent, "hello")
    [mine] = await load(alice, [sent])
    assert (mine.text, mine.is_edited, mine.reply_to) == ("hello", True, 1)
    assert mine.mentions == ("bob",)
    await eventually(sees(bob, "text = 'hello' AND edited_at IS NOT NULL"))
    await alice.edit(sent, "hello all", mentions=["*"])
    [mine] = await load(alice, [sent])
    assert (mine.reply_to, mine.mentions) == (1, ("*",))


async def test_what_is_taken_back_is_gone_everywhere(alice, bob):
    sent = await alice.send_text("bob", "oops")
    await eventually(has(bob, 1))
    await alice.revoke(sent)
    [mine] = await load(alice, [sent])
    assert (mine.text, mine.is_revoked) == ("", True)
    await eventually(sees(bob, "text = '' AND revoked_at IS NOT NULL"))
    with pytest.raises(ConfigError, match="was taken back"):
        await alice.edit(sent, "again")
    await alice.revoke(sent)


async def test_of_a_long_text_all_parts_are_taken_back(alice, bob):
    await alice.send_text("bob", "x" * 150_000)
    sent = await alice.send_text("bob", "y" * 150_000)
    assert (sent.seq, sent.text) == (6, "y" * 150_000)
    places = await alice.db.read(lambda cursor: pieces(cursor, (1, 6)))
    assert places == [(1, 6), (1, 4), (1, 5)]
    await alice.revoke(sent)
    await eventually(has(bob, 6))
    rows = await alice.db.fetch("SELECT seq FROM message WHERE revoked_at IS NOT NULL")
    assert sorted(rows) == [(4,), (5,), (6,)]


async def test_reactions_come_and_go(alice, bob):
    sent = await alice.send_text("bob", "hi")
    await alice.react(sent, "👍")
    await alice.react(("bob", 1), "👍")

    async def reactions(client):
        return set(await client.db.fetch("SELECT user_id, emoji FROM reaction"))

    assert await reactions(alice) == {("alice", "👍")}
    await eventually(has(bob, 1))
    await bob.react(("alice", 1), "🎉")
    assert ("bob", "🎉") in await reactions(bob)
    await alice.unreact(sent, "👍")
    assert ("alice", "👍") not in await reactions(alice)
    await eventually(lambda: reacted(alice, sent, Reaction("bob", "🎉")))


async def reacted(client, message, *reactions):
    [found] = await load(client, [message])
    return found.reactions == reactions


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (" ", "the text is empty: revoke"),
        ("x" * 65_537, "65,537 bytes, an edited one at most 65,536"),
    ],
)
async def test_a_text_that_cannot_be_is_refused_here(alice, text, says):
    sent = await alice.send_text("bob", "hi")
    with pytest.raises(ConfigError, match=says):
        await alice.edit(sent, text)


async def test_only_mine_can_be_edited_and_taken_back(alice, bob):
    sent = await bob.send_text("alice", "hi")
    await eventually(has(alice, 1))
    with pytest.raises(ConfigError, match="is not yours"):
        await alice.edit(sent, "no")
    with pytest.raises(CallRefused, match="FORBIDDEN"):
        await alice.revoke(sent)


async def test_a_notice_stays_as_it_is(alice):
    group = await alice.create_group("Lunch", ["bob"])
    await alice.groups.rename(group, "Dinner")
    await eventually(has(alice, 1, group.conversation_id))
    with pytest.raises(ConfigError, match="'notice': it cannot be edited"):
        await alice.edit((group, 1), "no")


@pytest.mark.parametrize("emoji", ["", " ", "x" * 33])
async def test_a_reaction_is_one_emoji(alice, emoji):
    with pytest.raises(ConfigError, match="give one emoji"):
        await alice.react(("bob", 1), emoji)

import contextlib

import pytest

from imnb.client.api import source as api
from imnb.devserver import DevServer
from imnb.errors import ConfigError
from imnb.live import rules
from imnb.live.builder import where
from tests.client.conftest import asked
from tests.client.test_recovery import is_sent, numbers, send_all
from tests.eventually import eventually


@contextlib.asynccontextmanager
async def opened(source):
    await source.open()
    try:
        yield source
    finally:
        await source.close()


def column(source, name):
    return list(source.snapshot.df[name])


async def test_conversations_are_titled_as_i_see_them(alice):
    async with opened(api.conversations(alice)) as source:
        await alice.open_direct("bob")
        await eventually(lambda: len(source.snapshot) == 1)
        assert column(source, "title") == ["Bob"]


async def test_people_who_were_heard_of(alice):
    async with opened(api.users(alice)) as source:
        await alice.users()
        await eventually(lambda: len(source.snapshot) == 4)
        assert column(source, "name") == ["Alice", "Bob", "Carol", "Dave"]


async def test_a_chat_with_what_is_on_its_way_out(alice):
    chat = await alice.open_direct("bob")
    await alice.send_text(chat, "sent")
    await alice.synchroniser.outbox.go_offline()
    await alice.send_text(chat, "waiting", wait=False)
    async with opened(api.chat(alice, chat.conversation_id)) as source:
        assert column(source, "text") == ["sent", "waiting"]
        assert column(source, "state") == ["sent", "sending"]


@pytest.fixture
async def with_a_hole(make, monkeypatch):
    """(client, server) where the client lacks the older messages of a chat."""
    monkeypatch.setattr("imnb.sync.history.BACKGROUND", 0)
    async with DevServer(retention=10) as server:
        bob, first = make("bob", server), make("alice", server)
        await first.login()
        await bob.login()
        await send_all(bob, "alice", ["m0"])
        await eventually(lambda: is_sent(bob))
        await first.close()
        await send_all(bob, "alice", numbers(1, 300))
        await eventually(lambda: is_sent(bob))
        again = make("alice", server)
        await again.login()
        yield again, server


async def test_paging_into_a_hole_fills_it(with_a_hole):
    alice, _ = with_a_hole
    async with opened(api.chat(alice, 1)) as source:
        before = asked(alice, "History")
        while len(source.snapshot) < 301:
            assert await source.load_older(100) > 0
        assert column(source, "text") == numbers(0, 300)
        assert asked(alice, "History") > before


async def test_without_a_connection_a_hole_is_the_end_for_now(with_a_hole):
    alice, server = with_a_hole
    async with opened(api.chat(alice, 1)) as source:
        here = len(await alice.messages(1, 1_000))
        assert here < 301
        await server.close()
        while await source.load_older(100):
            pass
        assert source.at_start
        # m0 is here too, and not shown as if nothing were between
        assert len(source.snapshot) == here - 1


async def test_a_jump_into_a_hole_fetches_what_is_around(with_a_hole):
    alice, _ = with_a_hole
    async with opened(alice.chat_source(1)) as source:
        await source.jump(20)
        assert "m15" in column(source, "text")
        assert not source.at_end
        while not source.at_end:
            assert await source.load_newer(200) > 0
        assert column(source, "text")[-1] == "m300"


async def test_hits_stay_up_to_date(alice):
    await alice.send_text("bob", "the plan")
    async with opened(alice.search_source("PLAN")) as source:
        assert column(source, "text") == ["the plan"]
        await alice.send_text("carol", "another plan")
        await alice.send_text("carol", "something else")
        await eventually(lambda: column(source, "text") == ["another plan", "the plan"])


async def test_people_whose_name_contains_a_text(alice):
    await alice.users()
    async with opened(alice.user_source("aro")) as source:
        assert column(source, "name") == ["Carol"]


async def test_a_rule_of_ones_own(alice):
    rule = where('length("text") > 3').of("message").ordered_by("text")
    async with opened(alice.observe(rule)) as source:
        await alice.send_text("bob", "long enough")
        await alice.send_text("bob", "no")
        await eventually(lambda: len(source.snapshot) == 1)
        assert column(source, "text") == ["long enough"]


async def test_a_count_follows(alice, make, server):
    unread = await alice.count(rules.unread())
    bob = make("bob", server)
    await bob.login()
    await bob.send_text("alice", "hi")
    await eventually(lambda: unread.value == 1)


@pytest.mark.parametrize("make_source", [api.conversations, api.users])
async def test_a_source_needs_a_store(make, server, make_source):
    with pytest.raises(ConfigError, match="not logged in"):
        make_source(make("alice", server))

"""What a server leaves in its data file, and what it takes from there."""

import os

import pytest

from imnb.config import Limits
from imnb.devserver import DevServer
from imnb.errors import ConfigError
from imnb.pb.model_pb2 import SYSTEM
from imnb.store.journal import Journal
from tests.devserver.raw_client import Refused

SMALL_FRAMES = Limits(max_body=20_000)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "server.duckdb"


async def kinds_of(data):
    journal = await Journal.open(data)
    found = [kind async for kind, _ in journal.load()]
    await journal.close()
    return found


async def test_nobody_else_reads_the_private_key(stage, data):
    await stage.server(data=data)
    files = [data, data.with_name(f"{data.name}.wal")]
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]


async def test_a_file_of_before_is_closed_to_others_too(stage, data):
    async with DevServer(data=data):
        pass
    data.chmod(0o644)
    await stage.server(data=data)
    assert data.stat().st_mode & 0o777 == 0o600


async def test_what_is_refused_is_not_stored(stage, data):
    async with DevServer(data=data) as server:
        alice = await stage.client(server, "alice")
        await alice.call("OpenDirect", user_id="bob")
        for method, fields in (
            ("Send", {"conversation_id": 9}),
            ("Edit", {"conversation_id": 1, "seq": 1, "text": "x"}),
            ("AddMembers", {"conversation_id": 1}),
            ("CreateGroup", {"client_id": "g", "title": " ", "user_ids": ["bob"]}),
            ("PutContact", {"user_id": "nobody"}),
        ):
            with pytest.raises(Refused):
                await alice.call(method, **fields)
    assert [kind for kind in await kinds_of(data) if kind[0].isupper()] == [
        "OpenDirect"
    ]


async def test_what_depends_on_a_change_that_waits_for_the_disk(stage, data):
    server = await stage.server(data=data)
    alice = await stage.client(server, "alice")
    opened = alice.ask("OpenDirect", user_id="bob")
    sent = alice.ask("Send", conversation_id=1, messages=alice.sent("m"))
    await alice.answers("OpenDirect", opened)
    [reply] = await alice.answers("Send", sent)
    assert reply.results[0].seq == 1


async def test_announcements_reach_who_is_there_and_come_back(stage, data):
    async with DevServer(data=data) as server:
        bob = await stage.client(server, "bob")
        await server.announce("*", "hello all")
        await server.announce("bob", "hello bob")
        await bob.until(lambda c: len(c.events) == 3)
        assert bob.events[0].conversation.kind == SYSTEM
        assert [e.message.text for e in bob.events[1:]] == ["hello all", "hello bob"]
        for user, text in (("nobody", "x"), ("bob", "")):
            with pytest.raises(ConfigError):
                await server.announce(user, text)
    again = await stage.server(data=data)
    heads = {user: one.feed.head for user, one in again.world.accounts.items()}
    assert heads == {"alice": 2, "bob": 3, "carol": 2, "dave": 2}


async def test_answers_keep_to_the_frames_of_the_server(stage):
    server = await stage.server(limits=SMALL_FRAMES)
    alice = await stage.client(server, "alice")
    bob = await stage.client(server)
    epoch = (await bob.login("bob")).epoch
    await alice.call("OpenDirect", user_id="bob")
    for number in range(60):  # each message is 2 KB that cannot be compressed
        sent = [{**m, "content": os.urandom(2_000)} for m in alice.sent(f"{number}")]
        await alice.call("Send", conversation_id=1, messages=sent)
    await bob.until(lambda c: len(c.events) == 61)
    after = 0
    while after < 61:
        page = await bob.call("Pull", epoch=epoch, after=after)
        assert 0 < page.ByteSize() <= 10_000
        after = page.events[-1].event_seq
    history = await bob.call("History", conversation_id=1, from_seq=1, to_seq=60)
    assert [m.seq for m in history.messages] == [57, 58, 59, 60]
    for page in await bob.stream("Reset", messages=200):
        assert page.ByteSize() <= 10_000 + 100
    for number in range(1, 61):
        emoji = {"conversation_id": 1, "seq": number, "emoji": "+1"}
        await bob.call("React", **emoji)
    changed = await bob.call("Changed", conversation_id=1)
    assert [m.seq for m in changed.messages] == [1, 2, 3, 4]
    assert changed.more

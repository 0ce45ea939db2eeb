import asyncio

import pytest

from imnb.devserver.identity import Identity
from imnb.devserver.ledger import Ledger
from imnb.devserver.realm import ACCOUNT, IDENTITY, Realm, restore
from imnb.devserver.record import Record
from imnb.errors import ConfigError, StoreCorrupt, StoreTooNew, WrongPassword
from imnb.pb import chat_pb2 as chat

NOW = 1_000
IDENTITY_OF_TESTS = Identity.new()


class ListLog:
    """Everything is durable at once; in the form that `restore` reads."""

    def __init__(self):
        self.records = [(IDENTITY, IDENTITY_OF_TESTS.to_bytes())]

    def submit(self, kind, payload):
        self.records.append((kind, payload))
        future = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future


async def read(records):
    async def each():
        for record in records:
            yield record

    return await restore(each(), 100)


@pytest.fixture
def log():
    return ListLog()


@pytest.fixture
def realm():
    return Realm(IDENTITY_OF_TESTS, 100)


async def test_the_default_users(realm):
    await realm.set_users(None, Ledger(), NOW)
    assert [a.name for a in realm.world.accounts.values()] == [
        "Alice",
        "Bob",
        "Carol",
        "Dave",
    ]
    realm.passwords.check("dave", "dave")


async def test_users_come_back_with_their_passwords(realm, log):
    await realm.set_users({"alice": "secret"}, Ledger(log), NOW)
    again = await read(log.records)
    assert list(again.world.accounts) == ["alice"]
    again.passwords.check("alice", "secret")
    assert b"secret" not in b"".join(payload for _, payload in log.records[1:])


async def test_nothing_is_written_for_users_who_are_there(realm, log):
    await realm.set_users({"alice": "secret"}, Ledger(log), NOW)
    again, before = await read(log.records), len(log.records)
    await again.set_users({"alice": "secret"}, Ledger(log), NOW)
    await again.set_users(None, Ledger(log), NOW)
    assert (len(log.records), list(again.world.accounts)) == (before, ["alice"])


async def test_a_changed_password_and_one_more_user(realm, log):
    await realm.set_users({"alice": "old"}, Ledger(log), NOW)
    await realm.set_users({"alice": "new", "bob": "b"}, Ledger(log), NOW)
    again = await read(log.records)
    again.passwords.check("alice", "new")
    with pytest.raises(WrongPassword):
        again.passwords.check("alice", "old")
    assert list(again.world.accounts) == ["alice", "bob"]


async def test_a_user_id_that_cannot_be(realm):
    with pytest.raises(ConfigError, match="user '': a user id has 1 to 64"):
        await realm.set_users({"": "x"}, Ledger(), NOW)


async def test_changes_are_made_again_and_refusals_refused_again(realm, log):
    await realm.set_users({"alice": "a", "bob": "b"}, Ledger(log), NOW)

    def add(kind, who, request):
        body = request.SerializeToString()
        log.records.append((kind, Record(kind, NOW, who, body).payload()))

    add("OpenDirect", "alice", chat.OpenDirectRequest(user_id="nobody"))
    add("OpenDirect", "alice", chat.OpenDirectRequest(user_id="bob"))
    message = chat.OutgoingMessage(client_id="m", kind="text", text="hi")
    send = chat.SendRequest(conversation_id=1, messages=[message])
    add("Send", "bob", send)
    add("Send", "bob", send)
    again = await read(log.records)
    assert again.world.rooms[1].last_seq == 1
    assert again.world.rooms[1].last_at == NOW
    assert again.world.epoch == IDENTITY_OF_TESTS.epoch


async def test_an_empty_file():
    assert await read([]) is None


@pytest.mark.parametrize(
    ("records", "error", "words"),
    [
        ([("Send", b"")], StoreCorrupt, "begins with a record of kind 'Send'"),
        ([(IDENTITY, b"{}")], StoreCorrupt, "identity"),
        ([None, ("Send", b"")], StoreCorrupt, "header"),
        ([None, ("Vote", Record("", 1, "a", b"").payload())], StoreTooNew, "'Vote'"),
        ([None, ("Send", Record("", 1, "a", b"\xff").payload())], StoreCorrupt, "Send"),
        ([None, (ACCOUNT, Record("", 1, "a", b"\xff").payload())], StoreCorrupt, "acc"),
    ],
)
async def test_files_that_cannot_be_read(records, error, words):
    first = (IDENTITY, IDENTITY_OF_TESTS.to_bytes())
    with pytest.raises(error, match=words):
        await read([record or first for record in records])

"""Every command of issue 4 over real TCP, as any client may use it."""

import pytest

from imnb.pb import envelope_pb2 as envelope
from tests.devserver.everything import SCRIPT, USERS, do_everything, seen_by
from tests.devserver.raw_client import COMMANDS, Refused


@pytest.fixture
async def clients(stage, server):
    return {user: await stage.client(server, user) for user in USERS}


@pytest.fixture
async def server(stage):
    return await stage.server(clock=lambda: 1_000)


def answered(replies, method):
    return [r for (_, m, _), r in zip(SCRIPT, replies, strict=True) if m == method]


async def test_every_change_is_answered_and_told(clients, server):
    replies = await do_everything(clients)
    assert answered(replies, "Edit")[0].edited_at == 1_000
    assert answered(replies, "Revoke")[0].revoked_at == 1_000
    assert answered(replies, "RenameGroup")[0].conversation.title == "B"
    [added] = answered(replies, "AddMembers")
    assert [m.user_id for m in added.conversation.members] == list(USERS)
    assert answered(replies, "SetPreferences")[0].preferences.draft == "Hm"
    assert answered(replies, "PutContact")[0].contact.alias == "C"
    bob = clients["bob"]
    head = server.world.account("bob").feed.head
    await bob.until(lambda c: len(c.events) == head)
    told = {event.WhichOneof("change") for event in bob.events}
    assert told == {
        "conversation", "message", "read", "edited", "revoked", "reacted",
        "preferences", "contact", "user",
    }  # fmt: skip
    dave = clients["dave"]
    await dave.until(lambda c: c.events[-1:] and c.events[-1].HasField("left"))


async def test_whichever_way_one_asks_the_answer_is_the_same(clients, server):
    await do_everything(clients)
    pages, pulled, book, rooms = await seen_by(clients["bob"], server.world.epoch)
    [page] = pages
    heads = {head.conversation.conversation_id: head for head in page.heads}
    assert pulled.head == page.as_of
    assert list(book.contacts) == list(page.contacts)
    assert book.version == page.contacts_version == 3
    assert heads[2].preferences.pinned_at == 3
    for found, listed, changed, history in rooms:
        [conversation] = found.conversations
        head = heads[conversation.conversation_id]
        assert conversation == head.conversation
        assert sorted(m.user_id for m in conversation.members) == [
            m.user_id for m in listed.members
        ]
        assert listed.version == conversation.version
        assert list(history.messages) == list(head.messages)
        moved = [m for m in history.messages if m.change_seq]
        assert sorted(changed.messages, key=lambda m: m.seq) == moved
    [user] = (await clients["carol"].call("ListUsers", user_ids=["bob"])).users
    assert (user.name, user.about, user.avatar) == ("Robert", "At sea", "f")


@pytest.mark.parametrize("method", ["Changed", "History", "ListMembers"])
async def test_a_conversation_that_is_not_there(clients, method):
    with pytest.raises(Refused) as caught:
        await clients["bob"].call(method, conversation_id=7)
    assert caught.value.status == envelope.NOT_FOUND


async def test_nothing_is_there_yet(clients):
    bob = clients["bob"]
    asked = await bob.call("GetConversations", conversation_ids=[7])
    assert list(asked.conversations) == []
    book = await bob.call("ListContacts")
    assert (list(book.contacts), book.version, book.whole) == ([], 0, True)


async def test_what_nobody_keeps(clients, server):
    await clients["alice"].call("OpenDirect", user_id="bob")
    await clients["alice"].call("SetTyping", conversation_id=1, is_typing=True)
    await clients["alice"].call("WatchPresence", user_ids=["bob"])
    server.sessions.drop("bob")
    names = {COMMANDS.pushes[name].message for name in ("Typing", "Presence")}
    alice, bob = clients["alice"], clients["bob"]
    await bob.until(lambda c: c.is_over)
    await alice.until(lambda c: any(type(p) in names for p in c.pushes))
    assert any(type(p) in names for p in bob.pushes)

import pytest

from imnb.client.api import message as api
from imnb.errors import CallRefused, CallTimeout
from imnb.models.message import MAX_TEXT_BYTES, Draft, Message
from imnb.sync.plugins import Plugin
from tests.client.conftest import asked
from tests.client.test_client import has, texts
from tests.eventually import eventually


@pytest.fixture
async def failed(alice):
    """The client id of a message that the server, unlike a plugin, refuses."""
    alice.synchroniser.pipeline.plugins.register(Plugin("polls", frozenset({"poll"})))
    with pytest.raises(CallRefused):
        await api.send(alice, "bob", "x" * (MAX_TEXT_BYTES + 1), kind="poll")
    [(client_id,)] = await alice.db.fetch("SELECT client_id FROM outbox")
    return client_id


async def attempts(client):
    return await client.db.fetch("SELECT state, attempts FROM outbox")


async def test_what_was_accepted_is_returned(alice):
    sent = await api.send(alice, "bob", "hi")
    assert isinstance(sent, Message)
    assert (sent.seq, sent.sender_id, sent.text) == (1, "alice", "hi")
    assert await texts(alice, sent.conversation_id) == ["hi"]


async def test_without_waiting_what_was_stored_is_returned(alice):
    draft = await api.send(alice, "bob", "hi", wait=False)
    assert isinstance(draft, Draft)
    await eventually(has(alice, 1, draft.conversation_id))
    rows = await alice.db.fetch("SELECT client_id FROM message")
    assert rows == [(draft.client_id,)]


async def test_the_time_out_says_where_the_message_and_the_session_are(alice, server):
    await alice.open_direct("bob")
    await server.close()
    says = r"within 3 s \(the session is (waiting|connecting)\): it stays in the outbox"
    with pytest.raises(CallTimeout, match=says):
        await api.send(alice, "bob", "later")
    assert await attempts(alice) == [("sending", 0)]


async def test_a_refused_message_stays_until_it_is_given_up(alice, failed):
    assert await attempts(alice) == [("failed", 1)]
    await api.retry(alice, failed)

    async def again():
        return await attempts(alice) == [("failed", 2)]

    await eventually(again)
    await api.discard(alice, failed)
    assert await attempts(alice) == []


async def test_a_refused_message_does_not_hold_the_next(alice, failed):
    sent = await api.send(alice, "bob", "small")
    assert await texts(alice, sent.conversation_id) == ["small"]


async def test_the_newest_messages_oldest_first(alice):
    for text in "abcde":
        await api.send(alice, "bob", text)
    page = await api.page(alice, "bob", 3)
    assert list(page["text"]) == ["c", "d", "e"]
    assert list(page.index) == [0, 1, 2]


async def test_reading_makes_no_conversation(alice):
    assert len(await api.page(alice, "bob", 10)) == 0
    await api.mark_read(alice, "bob", None)
    assert asked(alice, "OpenDirect") == 0


@pytest.mark.parametrize(("seq", "unread"), [(None, 0), (2, 1), (0, 3)])
async def test_reading_up_to_a_message(alice, server, make, seq, unread):
    bob = make("bob", server)
    await bob.login()
    for text in "abc":
        await bob.send_text("alice", text)
    await eventually(has(alice, 3))
    await api.mark_read(alice, "bob", seq)
    assert list((await alice.conversations())["unread"]) == [unread]
    assert asked(alice, "MarkRead") == (seq != 0)


async def test_nothing_to_read_asks_nobody(alice):
    chat = await alice.open_direct("bob")
    await api.mark_read(alice, chat, None)
    assert asked(alice, "MarkRead") == 0


async def test_a_message_that_is_not_there_cannot_be_read(alice):
    sent = await api.send(alice, "bob", "hi")
    with pytest.raises(CallRefused, match="message 9 cannot be read"):
        await api.mark_read(alice, sent.conversation_id, 9)

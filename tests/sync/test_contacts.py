import pytest

from imnb.pb import model_pb2
from imnb.pb.chat_pb2 import ListContactsReply
from imnb.store.tables import contact
from imnb.sync.contacts import ALL, Contacts


@pytest.fixture
async def contacts(server, database, scope):
    it = Contacts(server, database, scope, lambda: 0.0)
    yield it
    it.fetcher.close()


async def test_what_changed_since_is_stored(contacts, server, database):
    people = [
        model_pb2.Contact(user_id="bob", alias="B"),
        model_pb2.Contact(user_id="x"),
    ]
    replies = [
        ListContactsReply(contacts=people, version=4, whole=True),
        ListContactsReply(removed=["x"], version=5),
        ListContactsReply(version=5),
    ]
    server.answers["ListContacts"] = lambda _: replies.pop(0)
    for _ in range(3):
        await contacts.fetcher.get(ALL, force=True)
        contacts.fetcher._queue._began = None
    assert [r.version for r in server.requests("ListContacts")] == [0, 4, 5]
    found = await database.read(contact.load)
    assert [(one.user_id, one.alias) for one in found] == [("bob", "B")]

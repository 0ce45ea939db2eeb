import pytest

from imnb.devserver import contacts
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope
from tests.devserver.worlds import NOW, events, refused


def put(world, who, user_id, alias="", now=NOW):
    request = chat.PutContactRequest(user_id=user_id, alias=alias)
    return chat.PutContactReply.FromString(
        contacts.put_contact(world, who, request, now)
    ).contact


def remove(world, who, user_id):
    request = chat.RemoveContactRequest(user_id=user_id)
    assert contacts.remove_contact(world, who, request, NOW) == b""


def listed(world, who, version=0):
    request = chat.ListContactsRequest(version=version)
    reply = contacts.list_contacts(world, who, request)
    return chat.ListContactsReply.FromString(reply)


def test_a_contact_is_for_its_owner_only(world):
    made = put(world, "alice", "bob", "Bobby")
    assert (made.alias, made.added_at) == ("Bobby", NOW)
    [event] = events(world, "alice")
    assert (event.contact.contact, event.contact.version) == (made, 1)
    assert events(world, "bob") == []


def test_another_alias_keeps_the_time_and_the_same_is_no_event(world):
    put(world, "alice", "bob", "Bobby")
    again = put(world, "alice", "bob", "Robert", NOW + 9)
    assert put(world, "alice", "bob", "Robert", NOW + 10) == again
    assert (again.added_at, len(events(world, "alice"))) == (NOW, 2)


def test_removing_tells_the_other_devices(world):
    put(world, "alice", "bob", "Bobby")
    remove(world, "alice", "bob")
    remove(world, "alice", "bob")
    _, event = events(world, "alice")
    assert event.contact.removed
    assert (event.contact.contact.user_id, event.contact.version) == ("bob", 2)
    assert list(listed(world, "alice", 1).removed) == ["bob"]
    assert listed(world, "alice").whole


@pytest.mark.parametrize("alias", ["x" * 65, "a\nb"])
def test_names_that_cannot_be(world, alias):
    with refused(envelope.BAD_REQUEST):
        put(world, "alice", "bob", alias)


def test_nobody_and_too_many(world, monkeypatch):
    with refused(envelope.NOT_FOUND):
        put(world, "alice", "nobody")
    monkeypatch.setattr(contacts, "MAX_CONTACTS", 1)
    put(world, "alice", "bob")
    put(world, "alice", "bob", "Bobby")
    with refused(envelope.CONFLICT):
        put(world, "alice", "carol")

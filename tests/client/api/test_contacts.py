import pytest

from imnb.errors import CallRefused, ConfigError


async def test_people_come_and_go(alice, server, make):
    added = await alice.contacts.add("bob", "Bobby")
    assert (added.user_id, added.alias) == ("bob", "Bobby")
    await alice.contacts.add("carol")
    await alice.users()
    frame = await alice.contacts.list()
    assert list(frame["user_id"]) == ["bob", "carol"]
    assert list(frame["shown"]) == ["Bobby", "Carol"]
    await alice.contacts.alias("bob", "")
    assert list((await alice.contacts.list())["shown"]) == ["Bob", "Carol"]
    await alice.contacts.remove("bob")
    assert list((await alice.contacts.list())["user_id"]) == ["carol"]
    again = make("alice", server, device="phone")
    await again.login()
    assert list((await again.contacts.list())["user_id"]) == ["carol"]


async def test_nobody_and_strangers_are_refused(alice):
    with pytest.raises(ConfigError, match="give the id of somebody"):
        await alice.contacts.add("")
    with pytest.raises(CallRefused, match="NOT_FOUND"):
        await alice.contacts.add("nobody")
    assert repr(alice.contacts) == "<Contacts of alice>"

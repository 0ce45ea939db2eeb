"""Groups from one client to others."""

import pytest

from imnb.errors import CallRefused, ConfigError
from tests.eventually import eventually


@pytest.fixture
async def bob(server, make):
    client = make("bob", server)
    await client.login()
    return client


@pytest.fixture
async def group(alice, bob):
    return await alice.create_group("Lunch", ["bob"])


def titles(client, *expected):
    async def look():
        return list((await client.conversations())["title"]) == list(expected)

    return look


async def test_a_new_title_is_everybodys(alice, bob, group):
    await eventually(titles(bob, "Lunch"))
    renamed = await bob.groups.rename(group, "Dinner")
    assert renamed.title == "Dinner"
    assert list((await bob.conversations())["title"]) == ["Dinner"]
    await eventually(titles(alice, "Dinner"))


async def test_people_join_and_are_put_out(alice, bob, group):
    changed = await alice.groups.add(group, ["carol"])
    assert {one.user_id for one in changed.members} == {"alice", "bob", "carol"}
    frame = await alice.groups.members(group)
    assert list(frame["user_id"]) == ["alice", "bob", "carol"]
    assert list(frame["role"]) == ["owner", "member", "member"]
    await alice.groups.remove(group.conversation_id, ["carol"])
    assert list((await alice.groups.members(group))["user_id"]) == ["alice", "bob"]


async def test_who_leaves_has_it_no_more(alice, bob, group):
    await eventually(titles(bob, "Lunch"))
    await bob.groups.leave(group)
    assert len(await bob.conversations()) == 0
    assert len(await bob.messages(group)) == 0


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda groups, group: groups.rename(group, " "), "a title of 1 characters"),
        (lambda groups, group: groups.rename(group, "x" * 201), "of 201 characters"),
        (lambda groups, group: groups.rename("bob", "x"), "'bob' is no group"),
        (lambda groups, group: groups.add(group, "bob"), "members 'bob': give a list"),
        (lambda groups, group: groups.add(group, []), "members: there are none"),
        (lambda groups, group: groups.remove(group, ["alice"]), r"leave\(\) takes"),
        (lambda groups, group: groups.add(None, ["bob"]), "None is no user's id"),
    ],
)
async def test_what_cannot_be_is_refused_here(alice, group, call, says):
    with pytest.raises(ConfigError, match=says):
        await call(alice.groups, group)


async def test_only_the_owner_puts_others_out(alice, bob, group):
    with pytest.raises(CallRefused, match="FORBIDDEN"):
        await bob.groups.remove(group, ["alice"])
    chat = await alice.open_direct("bob")
    with pytest.raises(CallRefused):
        await alice.groups.rename(chat, "Ours")

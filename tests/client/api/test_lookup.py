import types

import pytest

from imnb.client.api import lookup
from imnb.devserver import lookups as served
from imnb.errors import ConfigError, GatewayAnswerError
from imnb.pb import gateway_pb2 as pb
from imnb.pb import model_pb2 as model


def ids(users):
    return [user.user_id for user in users]


async def test_everybody_or_those_who_exist(alice):
    assert ids(await alice.find_users()) == ["alice", "bob", "carol", "dave"]
    found = await alice.find_users(["dave", "nobody", "bob", "bob"])
    assert [(user.user_id, user.name) for user in found] == [
        ("bob", "Bob"),
        ("dave", "Dave"),
    ]


async def test_more_than_one_page(alice, monkeypatch):
    monkeypatch.setattr(served, "USERS_PER_PAGE", 2)
    monkeypatch.setattr(served, "PAGE_BYTES", 1)
    for title in ("A", "B", "C"):
        await alice.create_group(title, ["bob"])
    assert len(await alice.find_users()) == 4
    groups = await alice.find_groups()
    assert [group.title for group in groups] == ["A", "B", "C"]
    assert {member.user_id for member in groups[0].members} == {"alice", "bob"}


async def test_many_long_ids_are_asked_for_in_parts(alice):
    wanted = [f"{'é' * 60}{number}" for number in range(100)]
    assert ids(await alice.find_users([*wanted, "bob"])) == ["bob"]


async def test_one_id_is_no_list_of_them(alice):
    with pytest.raises(ConfigError, match="users 'bob': give a list of user ids"):
        await alice.find_users("bob")


class Gateway:
    """Gives the same answer again and again."""

    def __init__(self, reply):
        self._reply = reply

    async def get(self, path, query, into):
        return self._reply


@pytest.mark.parametrize(
    ("find", "reply", "says"),
    [
        (lookup.find_groups, pb.GroupsReply(next=7), "has no end"),
        (lookup.find_groups, pb.GroupsReply(next=-1), "has no end"),
        (
            lookup.find_groups,
            pb.GroupsReply(groups=[model.Conversation()]),
            "conversation_id is 0",
        ),
        (
            lambda client: lookup.find_users(client, []),
            pb.UsersReply(next="a"),
            "has no end",
        ),
        (
            lambda client: lookup.find_users(client, []),
            pb.UsersReply(users=[model.User()]),
            "user_id is empty",
        ),
    ],
)
async def test_a_gateway_that_makes_no_sense(find, reply, says):
    client = types.SimpleNamespace(gateway=Gateway(reply))
    with pytest.raises(GatewayAnswerError, match=says):
        await find(client)

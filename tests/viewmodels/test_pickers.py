"""Three uses, and what is different between them."""

import dataclasses

import pandas
import pytest

from imnb.errors import ConfigError, ConnectionLost
from imnb.models.conversation import Conversation, ConversationKind
from imnb.viewmodels import pickers
from imnb.viewmodels.picker_setup import PickerSetup
from imnb.viewmodels.selection import SelectionViewModel
from tests.viewmodels.fakes import FakeSource, room, room_source
from tests.viewmodels.picking import Asking

GROUP = ConversationKind.GROUP
PEOPLE = [("alice", "Alice", 1), ("bob", "Bob", 1), ("carol", "Carol", 1)]
OPTIONS = {
    "forward": {},
    "group": {},
    "mention": {"conversation": 7},
    "remove": {"conversation": 7},
}


class FakeClient:
    """Alice's client, in a group with Bob and Carol that she owns."""

    user = "alice"

    def __init__(self):
        self.rooms = room_source(
            room(1, "Bob"), room(7, "Lunch", kind=GROUP, member_count=3)
        )
        self.people = FakeSource(("user_id", "name", "rev"), *PEOPLE)
        self.role = "owner"
        self.members = ["bob", "carol"]
        self.error = None
        self.asked = 0

    def conversation_source(self):
        return self.rooms

    def user_source(self):
        return self.people

    async def users(self):
        self.asked += 1
        if self.error is not None:
            raise self.error

    async def sql(self, query, params=None):
        if "SELECT role" in query:
            assert params == [7, "alice"]
            return pandas.DataFrame({"role": [self.role]})
        rows = [(name, name.title(), "member") for name in self.members]
        return pandas.DataFrame(rows, columns=["user_id", "name", "role"])


@pytest.fixture
async def client(desk):
    return FakeClient()


async def ask(desk, client, use, **options):
    setup = pickers.setup_for(client, use, **{**OPTIONS[use], **options})
    asking = Asking(desk)
    asking.model = SelectionViewModel(setup, desk.runner)
    return await asking.start()


@pytest.mark.parametrize(
    ("use", "shown", "keys", "choice"),
    [
        (
            "forward",
            [
                ("Alice", "Notes to myself"),
                ("Bob", "bob"),
                ("Carol", "carol"),
                ("Lunch", "Group, 3 members"),
            ],
            ["str:bob", "int:7"],
            7,
        ),
        (
            "group",
            [("Bob", "bob"), ("Carol", "carol")],
            ["str:carol", "str:bob", "str:alice"],
            ("carol", "bob"),
        ),
        (
            "mention",
            [
                ("Everybody", "all members"),
                ("Bob", "bob, member"),
                ("Carol", "carol, member"),
            ],
            ["str:*"],
            ("*",),
        ),
        (
            "remove",
            [("Bob", "bob, member"), ("Carol", "carol, member")],
            ["str:carol"],
            ("carol",),
        ),
    ],
)
async def test_what_there_is_and_what_comes_of_it(
    desk, client, use, shown, keys, choice
):
    asking = await ask(desk, client, use)
    assert [(row["name"], row["about"]) for row in asking.model.rows] == shown
    for key in keys:
        await asking.do("toggle", key)
    await asking.do("confirm")
    assert asking.result == choice
    assert (client.rooms.watchers, client.people.watchers) == (0, 0)


async def test_the_uses_differ_in_their_setup_and_in_nothing_else(desk, client):
    setups = {
        use: pickers.setup_for(client, use, **options)
        for use, options in OPTIONS.items()
    }
    assert setups.keys() == pickers.USES.keys()
    assert {type(setup) for setup in setups.values()} == {PickerSetup}
    for name in ("choices", "selection", "list"):
        values = [getattr(setup, name) for setup in setups.values()]
        assert all(values.count(value) == 1 for value in values), name
    singles = [setup.rule.is_single for setup in setups.values()]
    assert singles == [True, False, False, False]
    checks = [setup.validate is not None for setup in setups.values()]
    assert checks == [False, False, False, True]
    models = [SelectionViewModel(setup, desk.runner) for setup in setups.values()]
    assert {type(model) for model in models} == {SelectionViewModel}
    fields = {field.name for field in dataclasses.fields(PickerSetup)}
    assert fields == {
        "choices", "list", "row", "detail", "selection", "rule", "validate"
    }  # fmt: skip


async def test_everybody_is_heard_of_first_if_there_is_a_connection(desk, client):
    client.error = ConnectionLost("gone")
    asking = await ask(desk, client, "group")
    assert client.asked == 1
    assert len(asking.model.rows) == 2
    await asking.do("cancel")


async def test_who_is_in_the_group_already_stays_in_it(desk, client):
    asking = await ask(desk, client, "group", fixed=["alice", "bob"])
    assert asking.model.setup.rule.maximum == pickers.MAX_GROUP - 1
    assert asking.model.button == "Add"
    await asking.pick("bob", "carol")
    await asking.do("confirm")
    assert asking.result == ("carol",)


async def test_only_the_owner_can_remove(desk, client):
    client.role = "member"
    asking = await ask(desk, client, "remove")
    await asking.pick("bob")
    await asking.do("confirm")
    assert asking.model.error == "Only the owner of a group can remove others"
    client.role = "owner"
    await asking.do("confirm")
    assert asking.result == ("bob",)


async def test_a_check_of_one_s_own(desk, client):
    conversation = Conversation(7, GROUP, "Lunch", (), 0)
    options = {"conversation": conversation, "validate": lambda keys: "Never"}
    asking = await ask(desk, client, "remove", **options)
    await asking.pick("bob")
    await asking.do("confirm")
    assert asking.model.error == "Never"
    await asking.do("cancel")


async def test_with_nobody_else_there_is_nobody_to_mention(desk, client):
    client.members = []
    asking = await ask(desk, client, "mention")
    assert asking.model.rows == ()
    await asking.do("cancel")


@pytest.mark.parametrize(
    ("use", "options", "why"),
    [
        ("forwards", {}, "no picker 'forwards'; there are: forward, group, mention"),
        ("mention", {}, "picker 'mention': .*'conversation'"),
        ("group", {"color": "red"}, "picker 'group': .*'color'"),
    ],
)
async def test_another_use_is_refused(client, use, options, why):
    with pytest.raises(ConfigError, match=why):
        pickers.setup_for(client, use, **options)

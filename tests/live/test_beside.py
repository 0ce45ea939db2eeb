import contextlib

import pytest

from imnb.live import beside
from imnb.live.fresh import Fresh
from imnb.live.window import Window
from imnb.models.user import User
from imnb.store.feed import Batch
from imnb.store.tables import member, user
from tests.live.stores import BOB, open_store, put, put_room, room, row
from tests.live.test_rules import read


@pytest.fixture
async def database():
    async with contextlib.AsyncExitStack() as stack:
        store = await open_store()
        stack.push_async_callback(store.close)
        yield store


async def test_members_with_how_far_they_have_come(database):
    await put_room(database, room(1, last_seq=9), room(2, "Team"))
    await database.write(lambda tx: member.read(tx, [(1, BOB, 4)]))
    await database.write(lambda tx: member.delivered(tx, [(1, BOB, 7)]))
    shown = await read(database, beside.members(1))
    assert [(m["name"], m["read_seq"], m["delivered_seq"]) for m in shown] == [
        ("Alice", 0, 0),
        ("Bob", 4, 7),
    ]


async def test_a_new_name_of_a_member_is_another_row(database):
    await put_room(database, room(1))
    before = await read(database, beside.members(1))
    await database.write(lambda tx: user.upsert(tx, [User(BOB, "Robert")]))
    after = await read(database, beside.members(1))
    assert [m["name"] for m in after] == ["Alice", "Robert"]
    assert (before[0]["rev"], before[1]["rev"]) != (after[0]["rev"], after[1]["rev"])


async def test_quoted_messages_are_those_that_are_here(database):
    await put(database, *[row(1, seq, f"text {seq}") for seq in range(1, 6)])
    await put(database, row(2, 2, "elsewhere"))
    shown = await read(database, beside.quoted(1, [4, 2, 99]))
    assert [(m["seq"], m["sender_name"], m["text"]) for m in shown] == [
        (2, "Bob", "text 2"),
        (4, "Bob", "text 4"),
    ]
    assert await read(database, beside.quoted(1, [])) == []


@pytest.mark.parametrize(
    ("rule", "batch", "candidates"),
    [
        ("members", Batch("member", [(1, BOB)], 1), {("member", (1, BOB)): None}),
        ("members", Batch("member", [(2, BOB)], 1), {}),
        ("members", Batch("user", [BOB], 1), {}),
        ("members", Batch("conversation", [1], 1, dead=True), None),
        ("quoted", Batch("message", [(1, 4)], 1), {("message", (1, 4)): None}),
        ("quoted", Batch("message", [(2, 4)], 1), {}),
        ("quoted", Batch("conversation", [1], 1, dead=True), None),
    ],
)
def test_what_concerns_them(rule, batch, candidates):
    made = {"members": beside.members(1), "quoted": beside.quoted(1, [4])}[rule]
    assert made.candidates(Fresh([batch]), Window(50)) == candidates

import contextlib

import pytest

from imnb.live import rules
from imnb.live.fresh import Fresh
from imnb.live.shelf import Shelf
from imnb.live.window import Window
from imnb.models.change import Reacted
from imnb.models.message import Reaction
from imnb.models.user import User
from imnb.store.feed import Batch
from imnb.store.tables import change, hole, user
from tests.live.stores import BOB, ME, draft, open_store, put, put_room, room, row


@pytest.fixture
async def database():
    async with contextlib.AsyncExitStack() as stack:
        store = await open_store()
        stack.push_async_callback(store.close)
        yield store


async def read(database, rule, limit=100):
    window = await database.read(lambda cursor: Shelf(cursor, rule).anew(Window(limit)))
    return [dict(zip(rule.columns, r, strict=True)) for r in rule.shown(window)]


async def test_a_chat_goes_from_old_to_new(database):
    await put(database, row(1, 1, "one"), row(1, 2, "two"), row(2, 1, "elsewhere"))
    shown = await read(database, rules.chat(1, ME))
    assert [(r["key"], r["text"], r["sender_name"]) for r in shown] == [
        ("#1", "one", "Bob"),
        ("#2", "two", "Bob"),
    ]


async def test_the_window_is_at_the_newest_end(database):
    await put(database, *[row(1, seq) for seq in range(1, 8)])
    shown = await read(database, rules.chat(1, ME), limit=3)
    assert [r["seq"] for r in shown] == [5, 6, 7]


async def test_nothing_from_below_a_hole_is_shown(database):
    await put(database, *[row(1, seq) for seq in (1, 2, 8, 9)], row(2, 1))
    await database.write(lambda tx: hole.add(tx, 1, 3, 7))
    assert [r["seq"] for r in await read(database, rules.chat(1, ME))] == [8, 9]
    assert [r["seq"] for r in await read(database, rules.chat(2, ME))] == [1]
    await database.write(lambda tx: hole.fill(tx, 1, 3, 7))
    assert [r["seq"] for r in await read(database, rules.chat(1, ME))] == [1, 2, 8, 9]


async def test_drafts_come_last_and_keep_their_key(database):
    await put(database, row(1, 1))
    await draft(database, 1, "c-1", "first")
    await draft(database, 1, "c-2", "second")
    shown = await read(database, rules.chat(1, ME))
    assert [(r["key"], r["state"]) for r in shown] == [
        ("#1", "sent"),
        ("c-1", "sending"),
        ("c-2", "sending"),
    ]
    await put(database, row(1, 2, "first", ME, "c-1"))
    shown = await read(database, rules.chat(1, ME))
    assert [(r["key"], r["seq"], r["state"]) for r in shown] == [
        ("#1", 1, "sent"),
        ("c-1", 2, "sent"),
        ("c-2", None, "sending"),
    ]


async def test_nobody_else_can_take_the_key_of_my_message(database):
    await put(database, row(1, 1, sender=BOB, client_id="c-1"))
    assert (await read(database, rules.chat(1, ME)))[0]["key"] == "#1"


async def test_conversations_show_the_liveliest_first(database):
    await put_room(database, room(1), room(2, "Team"), room(3, "Quiet"))
    await put(database, row(2, 1, "old"), row(1, 1, "older"), row(1, 2, "new"))
    shown = await read(database, rules.conversations(ME))
    assert [(r["title"], r["last_text"], r["unread"]) for r in shown] == [
        ("Bob", "new", 2),
        ("Team", "old", 1),
        ("Quiet", None, 0),
    ]
    assert shown[0]["member_count"] == 2


async def test_a_new_name_changes_the_rev_of_its_conversations(database):
    await put_room(database, room(1))
    [before] = await read(database, rules.conversations(ME))
    await database.write(lambda tx: user.upsert(tx, [User(BOB, "Robert")]))
    [after] = await read(database, rules.conversations(ME))
    assert (before["title"], after["title"]) == ("Bob", "Robert")
    assert after["rev"] != before["rev"]


async def test_users_are_sorted_by_name(database):
    people = [User("zoe", "anna"), User("x", "")]
    await database.write(lambda tx: user.upsert(tx, people))
    shown = await read(database, rules.users())
    assert [r["name"] for r in shown] == ["Alice", "anna", "Bob", "x"]


ANEW = None


@pytest.mark.parametrize(
    ("batch", "candidates"),
    [
        (Batch("message", [(1, 5)], 1), {("message", (1, 5)): None}),
        (Batch("message", [(2, 5)], 1), {}),
        (Batch("outbox", ["c"], 1), {("outbox", "c"): None}),
        (Batch("user", ["bob"], 1), {}),
        (Batch("conversation", [1], 1), {}),
        (Batch("conversation", [1], 1, dead=True), ANEW),
        (Batch("conversation", [2], 1, dead=True), {}),
        (Batch("hole", [1], 1), ANEW),
        (Batch("hole", [2], 1), {}),
        (Batch("member", [(1, "bob")], 1), {}),
    ],
)
def test_what_concerns_an_empty_chat(batch, candidates):
    rule = rules.chat(1, ME)
    assert rule.candidates(Fresh([batch]), Window(50)) == candidates


async def test_reactions_come_with_their_message_and_move_its_rev(database):
    await put(database, row(1, 1), row(1, 2))
    [before, _] = await read(database, rules.chat(1, ME))
    marks = [Reaction(BOB, "👍"), Reaction(ME, "👍")]
    changes = [Reacted(1, 1, n, mark) for n, mark in enumerate(marks, 1)]
    for one in changes:
        await database.write(lambda tx, one=one: change.apply(tx, [one]))
    [first, second] = await read(database, rules.chat(1, ME))
    assert sorted(first["reactions"]) == [["👍", ME], ["👍", BOB]]
    assert (before["reactions"], second["reactions"]) == (None, None)
    assert first["rev"] != before["rev"]

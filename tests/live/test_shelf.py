import dataclasses
import itertools
import random

import pytest

from imnb.live import rules
from imnb.live.builder import where
from imnb.live.fresh import Fresh
from imnb.live.observer import Observer
from imnb.live.shelf import Shelf, Wanted, find
from imnb.live.tick import carry_out, task_for
from imnb.live.window import Window
from imnb.models.user import User
from imnb.store.tables import hole, outbox, user
from tests.live.stores import ME, draft, open_store, put, put_room, room, row


@pytest.fixture
async def database():
    store = await open_store()
    yield store
    await store.close()


async def read(database, rule, limit=100):
    return await database.read(lambda cursor: Shelf(cursor, rule).anew(Window(limit)))


def keys(rule, window):
    return [one[0] for one in rule.shown(window)]


async def test_rules_of_one_shape_share_a_query(database):
    await put(database, row(1, 1), row(2, 1), row(3, 1))
    chats = [rules.chat(number, ME) for number in (1, 2)]
    windows = [await read(database, rule) for rule in chats]
    queries = []

    def work(cursor):
        class Counting:
            def fetch(self, sql, params=()):
                queries.append(sql)
                return cursor.fetch(sql, params)

        ids = [("message", (n, 1)) for n in (1, 2, 3)]
        wanted = [Wanted(*pair, ids) for pair in zip(chats, windows, strict=True)]
        return find(Counting(), wanted)

    found = await database.read(work)
    assert [[one.id[1] for one in rows] for rows in found] == [[(1, 1)], [(2, 1)]]
    assert len(queries) == 1


async def test_reading_goes_over_from_drafts_to_messages(database):
    await put(database, row(1, 1), row(1, 2))
    await draft(database, 1, "c-1")
    rule = rules.chat(1, ME)
    window = await read(database, rule, 1)
    assert keys(rule, window) == ["c-1"]
    window = await database.read(lambda cursor: Shelf(cursor, rule).older(window, 5))
    assert keys(rule, window) == ["#1", "#2", "c-1"]
    assert window.is_whole


async def test_a_hole_ends_the_rows_around_a_place(database):
    await put(database, *[row(1, seq) for seq in (1, 2, 3, 7, 8)])
    await database.write(lambda tx: hole.add(tx, 1, 4, 6))
    for seq, shown in ((2, ["#1", "#2", "#3"]), (7, ["#7", "#8"])):
        rule = rules.chat(1, ME, around=seq)
        window = await database.read(
            lambda cursor: Shelf(cursor, rule).around(Window(9), (seq,))  # noqa: B023
        )
        assert keys(rule, window) == shown
        assert (window.ceiling is None) == (seq == 7)


WATCHED = {
    "chat": rules.chat(1, ME),
    "list": rules.conversations(ME),
    "people": rules.users(),
    "found": rules.search("a%b"),
    "found in one": rules.search("A", 2),
    "built": where("kind <> 'odd' AND length(\"text\") < 5")
    .of("message")
    .ordered_by("text", newest_first=True),
    "drafts": where("state = 'failed'").of("outbox").ordered_by("position"),
}


async def _insert(database, dice, step):
    number, seq = dice.randint(1, 3), dice.randint(1, 40)
    text = dice.choice(["a", "A%b", "xa%Bx", "bbbbbb", ""])
    await put(database, row(number, seq, text, dice.choice(["bob", "eve", ME])))


async def _edit(database, dice, step):
    def change(tx):
        rev = tx.next_rev()
        key = (dice.randint(1, 3), dice.randint(1, 40))
        tx.execute(
            'UPDATE message SET "text" = ?, revoked_at = ?, rev = ? '
            "WHERE conversation_id = ? AND seq = ?",
            [text, revoked, rev, *key],
        )
        tx.touched("message", [key], rev)

    text, revoked = dice.choice(["a", "a%b", "zzz"]), dice.choice([None, 5])
    await database.write(change)


async def _remove(database, dice, step):
    def change(tx):
        key = (dice.randint(1, 3), dice.randint(1, 40))
        tx.execute("DELETE FROM message WHERE conversation_id = ? AND seq = ?", key)
        tx.bury("message", [key], tx.next_rev())

    await database.write(change)


async def _draft(database, dice, step):
    await draft(database, dice.randint(1, 2), f"c-{next(dice.numbers)}")


async def _fail(database, dice, step):
    name = f"c-{dice.randint(0, 60)}"
    await database.write(lambda tx: outbox.failed(tx, name, "no"))


async def _discard(database, dice, step):
    name = f"c-{dice.randint(0, 60)}"
    await database.write(lambda tx: outbox.discard(tx, name))


async def _name(database, dice, step):
    one = User(dice.choice(["bob", "eve", ME]), dice.choice(["Zoe", "Ann", "mo", ""]))
    await database.write(lambda tx: user.upsert(tx, [one]))


async def _room(database, dice, step):
    await put_room(database, room(dice.randint(1, 6), dice.choice(["", "Team"])))


async def _hole(database, dice, step):
    low = dice.randint(1, 40)
    act = dice.choice([hole.add, hole.fill])
    await database.write(lambda tx: act(tx, 1, low, low + dice.randint(0, 9)))


CHANGES = [
    _insert, _insert, _insert, _edit, _remove, _draft, _fail, _discard, _name, _room,
    _hole,
]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_kept_is_what_reading_everything_gives(database, seed):
    dice = random.Random(seed)
    dice.numbers = itertools.count()
    observers = {
        name: Observer(rule, dice.randint(2, 6), print)
        for name, rule in WATCHED.items()
    }
    mark = database.feed.mark
    for one in observers.values():
        one.window = await read(database, one.rule, one.window.limit)
    for step in range(60):
        for _ in range(dice.randint(1, 4)):
            await dice.choice(CHANGES)(database, dice, step)
        batches, mark = database.feed.take(mark)
        made = [task_for(one, Fresh(batches)) for one in observers.values()]
        tasks = [task for task in made if task is not None]
        await database.read(lambda cursor: carry_out(cursor, tasks))  # noqa: B023
        for task in tasks:
            task.observer.window = task.window
        for name, one in observers.items():
            anew = await read(database, one.rule, one.window.limit)
            assert one.rule.shown(one.window) == one.rule.shown(anew), (name, step)


async def test_pages_of_equal_values_neither_miss_nor_repeat(database):
    rule = where("true").of("message").ordered_by("text")
    await put(database, *[row(1, seq, "same") for seq in range(1, 30)])
    window = await read(database, rule, 2)
    for count in (3, 7, 9, 9):
        window = await database.read(
            lambda cursor, window=window, count=count: Shelf(cursor, rule).older(
                window, count
            )
        )
    assert keys(rule, window) == [f"1#{seq}" for seq in range(1, 30)]


async def test_a_value_that_is_missing_stands_lowest(database):
    await put(database, row(1, 1), row(1, 2))
    rule = where("true").of("message").ordered_by("edited_at", "sent_at")
    assert keys(rule, await read(database, rule)) == ["1#1", "1#2"]
    assert dataclasses.replace(rule, newest_first=True) != rule

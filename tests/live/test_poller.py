import asyncio
import contextlib
import dataclasses
import random

import pytest

from imnb.errors import BackgroundError
from imnb.live import rules
from imnb.live.count import Count
from imnb.live.observer import Observer
from imnb.live.poller import Poller
from imnb.live.shelf import Shelf
from imnb.live.window import Window
from imnb.tasks import TaskScope
from tests.eventually import eventually
from tests.live.stores import ME, draft, open_store, put, put_room, room, row


@dataclasses.dataclass
class World:
    database: object
    scope: TaskScope
    poller: Poller

    def read_fails(self, monkeypatch, name, until=lambda: False):
        """Reading for a rule of this name raises, until a condition holds."""
        real = Shelf.anew

        def anew(shelf, window):
            if shelf._rule.name == name and not until():
                raise ZeroDivisionError
            return real(shelf, window)

        monkeypatch.setattr(Shelf, "anew", anew)

    def observe(self, rule, limit=50):
        observer = Observer(rule, limit, self.scope.report)
        self.poller.add(observer)
        return observer


@pytest.fixture
async def world():
    async with contextlib.AsyncExitStack() as stack:
        database = await open_store()
        stack.push_async_callback(database.close)
        scope = TaskScope("test")
        stack.push_async_callback(scope.close)
        poller = Poller(database, scope, interval=0.001)
        stack.push_async_callback(poller.close)
        yield World(database, scope, poller)
        scope.raise_errors()


async def published(observer):
    """The next snapshot that this observer publishes."""
    came = asyncio.get_running_loop().create_future()
    end = observer.subscribe(lambda *args: came.done() or came.set_result(args))
    async with asyncio.timeout(5):
        result = await came
    end()
    return result


async def test_an_observer_gets_the_rows_and_then_the_changes(world):
    await put(world.database, row(1, 1))
    chat = world.observe(rules.chat(1, ME))
    snapshot, changes = await published(chat)
    assert (snapshot.keys, changes.inserted) == (("#1",), ("#1",))
    writing = put(world.database, row(1, 2))
    (snapshot, changes), _ = await asyncio.gather(published(chat), writing)
    assert (snapshot.keys, changes.inserted) == (("#1", "#2"), ("#2",))


async def test_sending_and_sent_are_one_row(world):
    chat = world.observe(rules.chat(1, ME))
    await asyncio.gather(published(chat), draft(world.database, 1, "c-1"))
    accepted = put(world.database, row(1, 1, "draft", ME, "c-1"))
    (_, changes), _ = await asyncio.gather(published(chat), accepted)
    assert (changes.updated, changes.inserted, changes.deleted) == (("c-1",), (), ())


async def test_no_sql_runs_for_what_nobody_watches(world):
    chat = world.observe(rules.chat(1, ME))
    await asyncio.gather(published(chat), put(world.database, row(1, 1)))
    before = world.poller.readings
    people = world.observe(rules.users())
    await published(people)
    world.poller.remove(people)
    await put(world.database, row(2, 1), row(3, 1))
    other, _ = await asyncio.gather(published(chat), put(world.database, row(1, 2)))
    assert other[0].keys == ("#1", "#2")
    assert world.poller.readings == before + 2


async def test_without_a_change_it_does_not_wake_up(world):
    await world.poller.open(Observer(rules.chat(1, ME), 5, print))
    await eventually(lambda: world.poller._wake._waiters)
    timers = asyncio.get_running_loop()._scheduled
    assert [timer for timer in timers if not timer.cancelled()] == []


async def test_a_burst_is_read_in_few_readings(world):
    chat = world.observe(rules.chat(1, ME))
    before = world.poller.readings
    await asyncio.gather(
        *(put(world.database, row(1, seq)) for seq in range(1, 201)), published(chat)
    )
    await eventually(lambda: chat.snapshot.keys[-1] == "#200")
    assert world.poller.readings - before < 50


async def test_an_overflow_of_the_feed_reads_everything(world):
    chat = world.observe(rules.chat(1, ME), limit=5)
    await asyncio.gather(published(chat), put(world.database, row(1, 1)))
    many = [row(1, seq) for seq in range(2, 25_000)]
    (snapshot, _), _ = await asyncio.gather(published(chat), put(world.database, *many))
    assert snapshot.keys[-1] == "#24999"


async def test_a_failing_rule_is_reported_and_the_others_go_on(world, monkeypatch):
    failed = asyncio.Event()
    world.read_fails(monkeypatch, "users")
    world.scope._on_error = lambda *_: failed.set()
    bad, chat = world.observe(rules.users()), world.observe(rules.chat(1, ME))
    await asyncio.gather(published(chat), put(world.database, row(1, 1)))
    await failed.wait()
    older = lambda window, shelf: shelf.older(window, 5)  # noqa: E731
    await world.poller.step(chat, older)
    assert chat.snapshot.keys == ("#1",)
    world.poller.remove(bad)
    with pytest.raises(BackgroundError, match="poller: users"):
        world.scope.raise_errors()


async def test_who_could_not_be_read_for_is_read_for_with_the_next_change(
    world, monkeypatch
):
    failed = asyncio.Event()
    world.scope._on_error = lambda *_: failed.set()
    world.read_fails(monkeypatch, "users", until=failed.is_set)
    people = world.observe(rules.users())
    await failed.wait()
    await asyncio.gather(published(people), put(world.database, row(1, 1)))
    with pytest.raises(BackgroundError):
        world.scope.raise_errors()


async def test_opened_again_it_is_there_without_a_query(world):
    await put(world.database, *[row(1, seq) for seq in range(1, 9)])
    first = Observer(rules.chat(1, ME), 5, print)
    await world.poller.open(first)
    before = world.poller.readings
    second = Observer(rules.chat(1, ME), 5, print)
    await world.poller.open(second)  # while it is open
    world.poller.remove(first)
    world.poller.remove(second)
    await put(world.database, row(2, 1))
    third = Observer(rules.chat(1, ME), 5, print)
    await world.poller.open(third)  # after it was closed
    assert second.snapshot.rows == third.snapshot.rows == first.snapshot.rows
    assert world.poller.readings == before


async def test_opened_again_it_shows_what_came_meanwhile(world):
    await put(world.database, row(1, 1))
    first = Observer(rules.chat(1, ME), 5, print)
    await world.poller.open(first)
    world.poller.remove(first)
    await put(world.database, row(1, 2))
    second = Observer(rules.chat(1, ME), 5, print)
    await world.poller.open(second)
    assert second.snapshot.keys == ("#1", "#2")


async def test_a_cancelled_step_loses_nothing(world):
    await put(world.database, *[row(1, seq) for seq in range(1, 9)])
    chat = world.observe(rules.chat(1, ME), limit=3)
    await published(chat)
    stepping = asyncio.ensure_future(
        world.poller.step(chat, lambda window, shelf: shelf.older(window, 2))
    )
    await asyncio.sleep(0)
    stepping.cancel()
    await asyncio.gather(stepping, return_exceptions=True)
    await put(world.database, row(1, 9))
    await eventually(lambda: chat.snapshot.keys == ("#7", "#8", "#9"))


async def test_a_count_is_counted_again_when_its_tables_change(world):
    await put_room(world.database, room(1, "Team"))
    unread = Count(rules.unread(), world.scope.report)
    assert unread.value is None
    await world.poller.open(unread)
    assert unread.value == 0
    (_, changes), _ = await asyncio.gather(
        published(unread), put(world.database, row(1, 1))
    )
    assert (unread.value, changes.updated) == (1, ("unread",))


async def test_after_it_was_removed_nothing_is_published(world, monkeypatch):
    real = Shelf.anew

    def leave(shelf, window):
        world.poller.remove(observer)
        return real(shelf, window)

    await put(world.database, row(1, 1))
    monkeypatch.setattr(Shelf, "anew", leave)
    observer = Observer(rules.chat(1, ME), 5, world.scope.report)
    await world.poller.open(observer)
    assert len(observer.snapshot) == 0


async def test_after_close_nothing_is_published(world):
    chat = world.observe(rules.chat(1, ME))
    heard = []
    chat.subscribe(lambda *_: heard.append(1))
    await world.poller.close()
    await put(world.database, row(1, 1))
    assert heard == []
    assert len(world.scope) == 0


@pytest.mark.parametrize("seed", range(5))
async def test_the_changes_always_add_up(world, seed):
    """Applying the published keys gives the same as reading everything again."""
    dice = random.Random(seed)
    await put_room(world.database, *[room(n, f"Room {n}") for n in range(1, 4)])
    watched = [rules.conversations(ME), *(rules.chat(n, ME) for n in range(1, 4))]
    observers = [world.observe(rule, limit=8) for rule in watched]
    kept = {observer: set() for observer in observers}
    for observer in observers:
        observer.subscribe(
            lambda snapshot, c, keys=kept[observer]: (
                keys.difference_update(c.deleted),
                keys.update(c.inserted),
            )
        )
    tops = dict.fromkeys(range(1, 4), 0)
    for step in range(40):
        number = dice.randint(1, 3)
        if dice.random() < 0.3:
            await draft(world.database, number, f"c-{step}")
        else:
            fresh = range(tops[number] + 1, tops[number] + dice.randint(2, 6))
            tops[number] = fresh[-1]
            await put(world.database, *[row(number, seq) for seq in fresh])
    for observer in observers:
        expected = await world.database.read(
            lambda cursor, rule=observer.rule: rule.shown(
                Shelf(cursor, rule).anew(Window(8))
            )
        )
        await eventually(lambda: observer.snapshot.rows == tuple(expected))  # noqa: B023
        assert kept[observer] == {r[0] for r in expected}

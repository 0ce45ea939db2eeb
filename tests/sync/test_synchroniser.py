"""All parts together: in which order they act, and who is told what."""

import asyncio

import pytest

from imnb.config import Limits, Timeouts
from imnb.errors import (
    BackgroundError,
    CallTimeout,
    ClosedError,
    ConnectionLost,
    NotConnected,
)
from imnb.models.ids import UserId
from imnb.pb.sync_pb2 import (
    ConversationHead,
    EventPush,
    HistoryReply,
    PullReply,
    ResetPage,
)
from imnb.store.database import Database
from imnb.store.tables import cursor as cursor_table
from imnb.sync import synchroniser as synchroniser_module
from imnb.sync.synchroniser import PRESSURE, Synchroniser
from tests.eventually import eventually
from tests.sync.engine import FakeEngine
from tests.sync.events import conversation, draft, message, push


@pytest.fixture
def engine(scope) -> FakeEngine:
    return FakeEngine(scope)


def make(engine, database) -> Synchroniser:
    return Synchroniser(
        engine,
        database,
        me=UserId("alice"),
        limits=Limits(),
        timeouts=Timeouts(gap=0.01),
    )


@pytest.fixture
async def sync(engine, database):
    """Open, on a store that is at the beginning of epoch ``e``."""
    await database.write(lambda tx: cursor_table.save(tx, "e", 0))
    it = make(engine, database)
    await it.open()
    yield it
    await it.close()


async def seqs(database) -> list[int]:
    rows = await database.fetch("SELECT seq FROM message ORDER BY seq")
    return [seq for (seq,) in rows]


async def test_what_is_pushed_is_stored_and_then_acknowledged(sync, engine, database):
    await sync.synchronise("e", 0)
    engine.push(push(1, 2), push(3, 3))
    await eventually(lambda: engine.acknowledged() == [3])
    assert await seqs(database) == [1, 2, 3]


async def test_pushes_during_the_catching_up_follow_and_are_not_doubled(
    sync, engine, database
):
    engine.feed = push(1, 4).events
    answer = engine.pull

    def pull(request):
        engine.push(push(3, 5))
        return answer(request)

    engine.answers["Pull"] = pull
    await sync.synchronise("e", 4)
    await eventually(lambda: engine.acknowledged()[-1:] == [5])
    assert await seqs(database) == [1, 2, 3, 4, 5]


async def test_it_catches_up_before_it_sends(sync, engine):
    engine.feed = push(1, 3).events
    answer = await sync.outbox.add(draft(1))
    assert engine.asked == []
    await sync.synchronise("e", 3)
    assert (await answer).seq == 90
    methods = engine.methods()
    assert methods.index("Pull") < methods.index("Send")


async def test_while_it_connects_nothing_is_sent_and_old_pushes_do_not_count(
    sync, engine, database
):
    await sync.synchronise("e", 0)
    await sync.connecting()
    engine.push(push(1, 1))
    answer = await sync.outbox.add(draft(1))
    await asyncio.sleep(0)
    assert "Send" not in engine.methods()
    assert await seqs(database) == []
    engine.feed = push(1, 2).events
    await sync.synchronise("e", 2)
    assert (await answer).seq == 90
    assert await seqs(database) == [1, 2, 90]


async def test_each_connection_says_anew_what_is_stored(sync, engine):
    engine.feed = push(1, 3).events
    for times in (1, 2):
        await sync.connecting()
        await sync.synchronise("e", 3)
        await eventually(lambda: engine.acknowledged() == [3] * times)  # noqa: B023


async def test_a_gap_is_pulled(sync, engine, database):
    await sync.synchronise("e", 0)
    engine.feed = push(1, 4).events
    engine.push(push(3, 4))
    await eventually(lambda: engine.acknowledged()[-1:] == [4])
    assert await seqs(database) == [1, 2, 3, 4]


async def test_names_of_strangers_are_fetched(sync, engine, database):
    await sync.synchronise("e", 0)
    engine.push(push(1, 1))

    async def is_known() -> bool:
        return await database.fetch('SELECT name FROM "user"') == [("Bob",)]

    await eventually(is_known)
    engine.push(push(2, 2))
    await eventually(lambda: engine.acknowledged()[-1:] == [2])
    assert engine.methods().count("ListUsers") == 1


async def test_names_that_did_not_come_are_asked_for_on_the_next_connection(
    sync, engine
):
    known = engine.answers.pop("ListUsers")
    await sync.synchronise("e", 0)
    engine.push(push(1, 1))
    await eventually(lambda: engine.methods().count("ListUsers") == 1)
    engine.answers["ListUsers"] = known
    await sync.connecting()
    await sync.synchronise("e", 1)
    await eventually(lambda: engine.methods().count("ListUsers") == 2)


async def test_what_cannot_be_stored_ends_the_connection_and_is_pulled_on_the_next(
    sync, engine, database, scope
):
    await sync.synchronise("e", 0)
    await database.write(lambda tx: cursor_table.save(tx, "e", 7))
    engine.push(push(1, 1))
    await eventually(lambda: engine.dropped)
    assert "events could not be stored" in engine.dropped[0]
    with pytest.raises(BackgroundError, match="storing events"):
        scope.raise_errors()
    engine.feed = push(8, 9).events
    await sync.connecting()
    await sync.synchronise("e", 9)
    assert await seqs(database) == [8, 9]


async def test_reading_pauses_while_the_store_is_behind(engine):
    limits = Limits(write_queue_rows=10)
    database = await Database.open(None, me=UserId("alice"), limits=limits)
    await database.write(lambda tx: cursor_table.save(tx, "e", 0))
    sync = make(engine, database)
    await sync.open()
    await sync.synchronise("e", 0)
    engine.push(push(1, 30))
    assert engine.paused == [PRESSURE]
    await eventually(lambda: engine.paused == [])
    await sync.close()
    await database.close()


def start_anew(engine, last: int) -> None:
    """The server gives the newest message of a conversation, the rest on demand."""
    head = ConversationHead(
        conversation=conversation(1, last), messages=[message(last)]
    )
    engine.pages = [ResetPage(heads=[head], epoch="new", as_of=40)]


async def test_after_a_reset_history_is_filled_in_the_background(
    sync, engine, database
):
    start_anew(engine, last=250)
    engine.answers["History"] = lambda request: HistoryReply(
        messages=[message(seq) for seq in range(request.from_seq, request.to_seq + 1)]
    )
    await sync.synchronise("new", 40)
    assert 250 in await seqs(database)

    async def is_whole() -> bool:
        return await seqs(database) == list(range(1, 251))

    await eventually(is_whole)
    assert await database.read(cursor_table.load) == ("new", 40)


async def test_holes_of_a_reset_on_a_living_connection_are_filled_too(
    sync, engine, database, monkeypatch
):
    monkeypatch.setattr(synchroniser_module, "RETRY_AFTER", 0.001)
    await sync.synchronise("e", 0)
    start_anew(engine, last=250)
    late = [CallTimeout("late")]

    def pull(request):
        return PullReply(reset=request.epoch == "e", head=40)

    def history(request):
        seqs = range(request.from_seq, request.to_seq + 1)
        return late.pop() if late else HistoryReply(messages=map(message, seqs))

    engine.answers |= {"Pull": pull, "History": history}
    engine.push(EventPush(behind=True, head=40))

    async def is_whole() -> bool:
        return await seqs(database) == list(range(1, 251))

    await eventually(is_whole)


@pytest.mark.parametrize("error", [ConnectionLost("gone"), NotConnected("gone")])
async def test_history_that_cannot_be_had_now_is_no_failure(sync, engine, scope, error):
    start_anew(engine, last=250)
    engine.answers["History"] = lambda _: error
    await sync.synchronise("new", 40)
    await eventually(lambda: "History" in engine.methods())
    await sync.connecting()
    scope.raise_errors()


async def test_filling_ends_with_its_connection(sync, engine):
    start_anew(engine, last=250)
    engine.answers["History"] = lambda _: asyncio.get_running_loop().create_future()
    await sync.synchronise("new", 40)
    await eventually(lambda: "History" in engine.methods())
    tasks = {task.get_name() for task in asyncio.all_tasks()}
    await sync.connecting()
    ended = tasks - {task.get_name() for task in asyncio.all_tasks()}
    assert ended == {"test:fill history", "test:reconcile"}


async def test_closing_stores_what_came_and_listens_no_more(
    sync, engine, database, scope
):
    start_anew(engine, last=250)
    engine.answers["History"] = lambda _: asyncio.get_running_loop().create_future()
    await sync.synchronise("new", 40)
    await sync.outbox.go_offline()
    answer = await sync.outbox.add(draft(1))
    await eventually(lambda: "History" in engine.methods())
    engine.push(push(41, 43))
    await sync.close()
    assert await seqs(database) == [41, 42, 43, 250]
    assert engine.handlers == {}
    assert database.on_pressure is None
    with pytest.raises(ClosedError, match="sent next time"):
        await answer
    scope.raise_errors()


async def test_each_fetcher_says_what_it_does(sync, engine):
    await sync.synchronise("e", 0)
    states = {name: str(one.state) for name, one in sync.fetchers.items()}
    assert states.pop("contacts") in {"idle", "running"}
    assert states == dict.fromkeys(states, "idle")
    assert len(states) == 6

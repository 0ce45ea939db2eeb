"""Pulling: pages, gaps, resets, errors, one at a time."""

import asyncio
from typing import Any

import pytest

from imnb.errors import CallTimeout, ConnectionLost, EnvelopeError
from imnb.pb.sync_pb2 import PullReply, PullRequest
from imnb.store.tables import cursor as cursor_table
from imnb.sync.catchup import FAR, CatchUp
from tests.eventually import eventually
from tests.sync.events import push


class Feed:
    """A server's feed of `head` messages, given in pages."""

    def __init__(self, head: int, page: int = 100) -> None:
        self.head = head
        self.page = page
        self.inside = 0

    def __call__(self, request: PullRequest) -> PullReply:
        last = min(request.after + min(request.limit, self.page), self.head)
        events = push(request.after + 1, last).events
        return PullReply(events=events, head=self.head)


class FakeReset:
    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline
        self.runs = 0
        self.errors: list[Exception] = []

    async def run(self) -> None:
        self.runs += 1
        self.pipeline.cursor.hold()
        if self.errors:
            raise self.errors.pop(0)
        self.pipeline.resume("new", 50)


@pytest.fixture
def resetting(pipeline) -> FakeReset:
    return FakeReset(pipeline)


class FakeShowing:
    """Notes where the cursor stood."""

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline
        self.at: list[int] = []
        self.errors: list[Exception] = []

    async def run(self) -> None:
        self.at.append(self.pipeline.cursor.position)
        if self.errors:
            raise self.errors.pop(0)


@pytest.fixture
def showing(pipeline) -> FakeShowing:
    return FakeShowing(pipeline)


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def catchup(server, database, pipeline, resetting, showing, waits, reports) -> CatchUp:
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        waits.append(seconds)
        now += seconds
        await asyncio.sleep(0)

    return CatchUp(
        server,
        database,
        pipeline,
        resetting,
        showing,
        clock=lambda: now,
        report=reports,
        sleep=sleep,
    )


async def start(database, epoch: str = "e", position: int = 0) -> None:
    await database.write(lambda tx: cursor_table.save(tx, epoch, position))


async def count(database) -> int:
    [(number,)] = await database.fetch("SELECT count(*) FROM message")
    return number


async def test_it_pulls_page_by_page_until_the_head(catchup, server, database):
    server.answers["Pull"] = Feed(head=730)
    await start(database, position=10)
    await catchup.synchronise("e", 700)
    assert await count(database) == 720
    assert await database.read(cursor_table.load) == ("e", 730)
    asked = [request.after for request in server.requests("Pull")]
    assert asked == [10, 110, 210, 310, 410, 510, 610, 710]
    assert all(request.epoch == "e" for request in server.requests("Pull"))


@pytest.mark.parametrize(("head", "at"), [(FAR + 100, []), (FAR + 101, [100])])
async def test_the_newest_come_first_when_many_are_missing(
    catchup, server, database, showing, head, at
):
    server.answers["Pull"] = Feed(head)
    await start(database)
    await catchup.synchronise("e", head)
    assert showing.at == at
    assert await count(database) == head


@pytest.mark.parametrize("error", [CallTimeout("late"), EnvelopeError("no sense")])
async def test_without_the_newest_all_comes_in_order(
    catchup, server, database, showing, error
):
    server.answers["Pull"] = Feed(head=FAR * 2)
    showing.errors = [error]
    await start(database)
    await catchup.synchronise("e", FAR * 2)
    assert showing.at == [100]
    assert await count(database) == FAR * 2


async def test_what_is_up_to_date_is_not_pulled(catchup, server, database):
    await start(database, position=10)
    await catchup.synchronise("e", 10)
    assert server.asked == []


@pytest.mark.parametrize(("epoch", "head"), [("other", 10), ("e", 9)])
async def test_another_epoch_or_a_cursor_ahead_is_a_reset(
    catchup, resetting, database, server, epoch, head
):
    await start(database, position=10)
    await catchup.synchronise(epoch, head)
    assert resetting.runs == 1
    assert server.asked == []


async def test_a_cursor_that_is_too_old_is_a_reset(
    catchup, resetting, server, database
):
    await start(database, position=10)
    server.answers["Pull"] = lambda _: PullReply(reset=True, head=9_000)
    await catchup.synchronise("e", 9_000)
    assert resetting.runs == 1


async def test_pushes_during_a_pull_are_not_lost_and_not_doubled(
    catchup, server, pipeline, database
):
    feed = Feed(head=150)

    def answer(request: PullRequest) -> PullReply:
        reply = feed(request)
        pipeline.receive([push(151, 152), push(154, 155)])
        pipeline.receive([push(153, 153)])
        return reply

    server.answers["Pull"] = answer
    await start(database)
    await catchup.synchronise("e", 150)
    assert await count(database) == 155
    assert await database.read(cursor_table.load) == ("e", 155)


async def test_a_pull_without_progress_is_an_error(catchup, server, database):
    server.answers["Pull"] = lambda _: PullReply(events=push(30, 40).events, head=90)
    await start(database)
    with pytest.raises(EnvelopeError, match="brought nothing that follows"):
        await catchup.synchronise("e", 90)


async def test_a_gap_is_waited_for_and_pulled_once(
    catchup, server, pipeline, scope, database, waits
):
    await start(database)
    await catchup.synchronise("e", 0)
    pipeline.listeners.gap = catchup.wake
    scope.spawn(catchup.watch(), "watch")
    server.answers["Pull"] = Feed(head=6)
    pipeline._clock = lambda: 0.0
    pipeline.receive([push(3, 4)])
    pipeline.receive([push(6, 6)])
    await eventually(lambda: pipeline.cursor.position == 6)
    await pipeline.flush()
    assert waits == [0.5]
    assert [request.after for request in server.requests("Pull")] == [0]
    assert await count(database) == 6


async def test_a_gap_that_closes_by_itself_is_not_pulled(
    catchup, server, pipeline, scope, database
):
    await start(database)
    await catchup.synchronise("e", 0)
    pipeline.listeners.gap = catchup.wake
    pipeline._clock = lambda: 0.0
    pipeline.receive([push(2, 2)])
    pipeline.receive([push(1, 1)])
    scope.spawn(catchup.watch(), "watch")
    await asyncio.sleep(0.01)
    assert server.asked == []


async def test_a_failed_pull_is_tried_again_while_connected(
    catchup, server, pipeline, scope, database, waits
):
    await start(database)
    await catchup.synchronise("e", 0)
    answers = iter([CallTimeout("late"), Feed(head=5)(PullRequest(limit=9))])
    server.answers["Pull"] = lambda _: next(answers)
    pipeline.listeners.gap = catchup.wake
    scope.spawn(catchup.watch(), "watch")
    pipeline.cursor.told(5, is_behind=True)
    catchup.wake()
    await eventually(lambda: pipeline.cursor.position == 5)
    assert waits == [1.0]


async def test_a_lost_connection_is_left_to_the_next_one(
    catchup, server, pipeline, scope, database, reports
):
    await start(database)
    await catchup.synchronise("e", 0)
    server.answers["Pull"] = lambda _: ConnectionLost("gone")
    scope.spawn(catchup.watch(), "watch")
    pipeline.cursor.told(5, is_behind=True)
    catchup.wake()
    await asyncio.sleep(0.01)
    assert len(server.asked) == 1
    server.answers["Pull"] = Feed(head=5)
    await catchup.synchronise("e", 5)
    assert await count(database) == 5
    assert reports.seen == []


async def test_a_failed_reset_is_tried_again_while_connected(
    catchup, server, resetting, pipeline, scope, database, waits
):
    await start(database)
    await catchup.synchronise("e", 0)
    server.answers["Pull"] = lambda asked: PullReply(reset=asked.after < 50)
    resetting.errors = [CallTimeout("late"), CallTimeout("late again")]
    scope.spawn(catchup.watch(), "watch")
    pipeline.cursor.told(5, is_behind=True)
    catchup.wake()
    await eventually(lambda: pipeline.cursor.position == 50)
    assert (resetting.runs, waits) == (3, [1.0, 1.0])
    pipeline.receive([push(51, 51)])
    assert pipeline.cursor.position == 51


async def test_a_gap_in_what_came_during_a_reset_is_pulled(
    catchup, server, resetting, pipeline, scope, database
):
    pipeline.listeners.gap = catchup.wake
    scope.spawn(catchup.watch(), "watch")
    server.answers["Pull"] = Feed(head=53)
    pipeline.pause()
    await start(database)
    pipeline.receive([push(53, 53)])  # the last that comes by itself
    await database.write(lambda tx: cursor_table.save(tx, "new", 50))
    pipeline.resume("new", 50)
    await eventually(lambda: pipeline.cursor.position == 53)
    assert [request.after for request in server.requests("Pull")] == [50]

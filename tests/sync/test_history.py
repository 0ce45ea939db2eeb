"""Holes are filled from their newest end."""

import pytest

from imnb.errors import CallRefused, NotConnected
from imnb.pb.sync_pb2 import HistoryReply, HistoryRequest
from imnb.store.tables import conversation as conversation_table
from imnb.store.tables import hole
from imnb.sync.history import History
from imnb.sync.revisions import Revisions
from imnb.wire.mapping import conversation as conversation_mapping
from tests.sync.events import conversation, message


@pytest.fixture
async def history(server, database, pipeline, scope):
    def answer(request: HistoryRequest) -> HistoryReply:
        low = max(request.from_seq, request.to_seq - 49)
        seqs = range(low, request.to_seq + 1)
        one = request.conversation_id
        return HistoryReply(messages=[message(seq, one) for seq in seqs])

    server.answers["History"] = answer
    revisions = Revisions(server, database, pipeline, scope, lambda: 0.0)
    it = History(server, database, pipeline, scope, lambda: 0.0, revisions)
    yield it
    it.fetcher.close()


async def prepare(database, *holes: tuple[int, int], last: int = 2_000) -> None:
    model = conversation_mapping.from_pb(conversation(1, last))

    def change(tx):
        conversation_table.upsert(tx, [model])
        for low, high in holes:
            hole.add(tx, 1, low, high)

    await database.write(change)


async def holes(database) -> list[tuple[int, int]]:
    return await database.read(lambda cursor: hole.load(cursor, 1))


async def count(database) -> int:
    [(number,)] = await database.fetch("SELECT count(*) FROM message")
    return number


async def test_the_newest_end_of_the_newest_hole_comes_first(history, server, database):
    await prepare(database, (1, 300), (400, 405))
    assert await history.fill(1) == 6
    assert await holes(database) == [(1, 300)]
    assert await history.fill(1) == 50
    assert await holes(database) == [(1, 250)]
    asked = [(one.from_seq, one.to_seq) for one in server.requests("History")]
    assert asked == [(400, 405), (101, 300)]
    assert await count(database) == 56


async def test_below_a_seq_it_looks_at_what_begins_there(history, server, database):
    await prepare(database, (1, 10), (20, 29))
    assert await history.fill(1, below=25) == 5
    assert await holes(database) == [(1, 10), (25, 29)]
    assert await history.fill(1, below=20) == 10
    assert await holes(database) == [(25, 29)]


async def test_without_a_hole_nothing_is_asked(history, server):
    assert await history.fill(1) == 0
    assert server.asked == []


async def test_what_the_server_does_not_have_is_no_hole_any_more(
    history, server, database
):
    await prepare(database, (1, 10))
    server.answers["History"] = lambda _: HistoryReply()
    assert await history.fill(1) == 0
    assert await holes(database) == []


async def test_in_the_background_the_newest_thousand_come(history, database):
    await prepare(database, (1, 1_500), (1_600, 1_610))
    await history.fill_in_background()
    left = await holes(database)
    assert left[-1][1] <= 1_000
    assert await count(database) == 511


async def test_without_a_connection_the_hole_stays(history, server, database):
    await prepare(database, (1, 10))
    server.answers["History"] = lambda _: NotConnected("offline")
    with pytest.raises(NotConnected):
        await history.fill(1)
    assert await holes(database) == [(1, 10)]


@pytest.mark.parametrize(
    "given",
    [
        CallRefused("History", "FORBIDDEN", "no member"),
        HistoryReply(messages=[message(3, sent_at=-1)]),
    ],
    ids=["refused", "no sense"],
)
async def test_one_conversation_that_cannot_be_had_does_not_hold_the_others(
    history, server, database, given
):
    answer = server.answers["History"]

    def refuse_one(request: HistoryRequest) -> object:
        if request.conversation_id == 1:
            return given
        return answer(request)

    server.answers["History"] = refuse_one
    await prepare(database, (1, 5), last=5)
    model = conversation_mapping.from_pb(conversation(2, 5))
    await database.write(lambda tx: conversation_table.upsert(tx, [model]))
    await database.write(lambda tx: hole.add(tx, 2, 1, 5))
    await history.fill_in_background()
    assert await count(database) == 5
    assert await holes(database) == [(1, 5)]

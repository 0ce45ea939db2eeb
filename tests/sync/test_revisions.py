"""What changed while events were missed."""

import pytest

from imnb.errors import CallRefused, EnvelopeError
from imnb.pb.sync_pb2 import ChangedReply
from imnb.store.tables import stale
from imnb.sync.revisions import Revisions
from tests.sync.events import conversation, message, message_event
from tests.sync.test_arrivals import push


@pytest.fixture
async def revisions(server, database, pipeline, scope):
    push(
        pipeline,
        {"conversation": conversation(1)},
        *({"message": message_event(seq).message} for seq in (1, 2, 3)),
    )
    await pipeline.flush()
    await database.write(lambda tx: stale.mark(tx, {1: 2}))
    it = Revisions(server, database, pipeline, scope, lambda: 0.0)
    yield it
    it.fetcher.close()


def changed(seq, number):
    return message(seq, text=f"edit {number}", edited_at=9, change_seq=number)


async def texts(database):
    rows = await database.fetch("SELECT text FROM message ORDER BY seq")
    return [text for (text,) in rows]


async def test_pages_until_nothing_is_stale(revisions, server, database):
    pages = {2: [changed(1, 3), changed(3, 4)], 4: [changed(1, 6), changed(9, 7)]}
    server.answers["Changed"] = lambda request: ChangedReply(
        messages=pages[request.after], more=request.after == 2
    )
    await revisions.catch_up_in_background()
    assert await texts(database) == ["edit 6", "text 2", "edit 4"]
    assert await database.read(stale.load) == []


async def test_a_cut_connection_goes_on_where_it_was(revisions, server, database):
    replies = [
        ChangedReply(messages=[changed(1, 3)], more=True),
        CallRefused("x", "y", ""),
    ]
    server.answers["Changed"] = lambda _: replies.pop(0)
    await revisions.catch_up(1)
    assert await database.read(lambda cursor: stale.find(cursor, 1)) == 3


async def test_an_answer_of_before_a_reset_does_not_count(
    revisions, server, database, pipeline
):
    def answer(_):
        pipeline.resets += 1
        return ChangedReply(messages=[changed(1, 3)])

    server.answers["Changed"] = answer
    await revisions.catch_up(1)
    assert await database.read(stale.load) == [1]


async def test_pages_that_lead_nowhere_end(revisions, server):
    server.answers["Changed"] = lambda _: ChangedReply(more=True)
    with pytest.raises(EnvelopeError, match="there are more, and none came"):
        await revisions.catch_up(1)


async def test_one_conversation_whose_answer_makes_no_sense_holds_up_no_other(
    revisions, server, database
):
    await database.write(lambda tx: stale.mark(tx, {2: 0}))
    server.answers["Changed"] = lambda request: ChangedReply(
        more=request.conversation_id == 1
    )
    await revisions.catch_up_in_background()
    assert await database.read(stale.load) == [1]

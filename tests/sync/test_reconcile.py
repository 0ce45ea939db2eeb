"""A look at the server every so often."""

import asyncio

import pytest

from imnb.errors import CallTimeout, EnvelopeError, StoreError
from imnb.pb.session_pb2 import PingReply
from imnb.sync.reconcile import Reconcile


async def test_it_compares_as_often_as_it_is_told(server, virtual, scope):
    told, completed = [], []

    async def complete():
        completed.append(virtual.now)

    server.answers["Ping"] = lambda _: PingReply(event_seq=7)
    reconcile = Reconcile(
        server, told.append, complete, interval=600, sleep=asyncio.sleep
    )
    start = virtual.now
    task = scope.spawn(reconcile.run(), "reconcile")
    await virtual.advance(601)
    server.answers["Ping"] = lambda _: CallTimeout("late")
    await virtual.advance(600)
    server.answers["Ping"] = lambda _: PingReply(event_seq=8)
    await virtual.advance(600)
    assert told == [7, 8]
    assert [at - start for at in completed] == [600, 1800]
    task.cancel()


@pytest.mark.parametrize("error", [EnvelopeError("no sense"), StoreError("full")])
async def test_what_cannot_be_completed_is_so_the_next_time(server, error):
    async def complete():
        raise error

    server.answers["Ping"] = lambda _: PingReply(event_seq=7)
    told = []
    reconcile = Reconcile(
        server, told.append, complete, interval=600, sleep=asyncio.sleep
    )
    await reconcile.once()
    assert told == [7]

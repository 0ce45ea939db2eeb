"""Acknowledgements: cumulative, one in flight."""

import asyncio

from imnb.errors import ConnectionLost
from imnb.pb.sync_pb2 import AcknowledgeReply
from imnb.sync.acknowledge import Acknowledger


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_one_is_in_flight_and_the_next_says_all_that_came_meanwhile(
    server, scope
):
    replies: list[asyncio.Future[object]] = []

    def answer(_: object) -> object:
        replies.append(asyncio.get_running_loop().create_future())
        return replies[-1]

    server.answers["Acknowledge"] = answer
    it = Acknowledger(server)
    scope.spawn(it.run(), "acknowledge")
    it.stored(3)
    await settle()
    for event_seq in (4, 5, 6):
        it.stored(event_seq)
    await settle()
    assert [one.event_seq for one in server.requests("Acknowledge")] == [3]
    replies[0].set_result(AcknowledgeReply())
    await settle()
    assert [one.event_seq for one in server.requests("Acknowledge")] == [3, 6]


async def test_a_lost_one_is_said_by_the_next(server, scope):
    server.answers["Acknowledge"] = lambda _: ConnectionLost("gone")
    it = Acknowledger(server)
    scope.spawn(it.run(), "acknowledge")
    it.stored(3)
    await settle()
    server.answers["Acknowledge"] = lambda _: AcknowledgeReply()
    it.restart(3)
    await settle()
    it.stored(3)
    await settle()
    assert [one.event_seq for one in server.requests("Acknowledge")] == [3, 3]

"""When an engine connects again, and how long it waits."""

import asyncio

import pytest

from imnb.config import Endpoint
from imnb.engine.states import State
from tests.engine.peer import Plan, turns
from tests.engine.reconnecting import engine, peer

__all__ = ["engine", "peer"]


def waits(engine):
    """Seconds from each loss to its next try."""
    return [change.retry_at for change in engine.seen if change.state is State.WAITING]


async def test_the_way_to_online(engine, peer):
    plan = Plan(peer)
    engine.start(plan)
    await engine.wait_online()
    assert [change.state for change in engine.seen] == [
        State.CONNECTING,
        State.HANDSHAKING,
        State.AUTHENTICATING,
        State.SYNCING,
        State.ONLINE,
    ]
    assert plan.steps == ["prepare", "authenticate", "synchronise"]
    assert engine.seen[-1].address == str(peer.listener.endpoint)


async def test_waits_grow_and_the_state_tells_when(virtual, engine, peer):
    await peer.listener.close()
    start = virtual.now
    engine.start(Plan(peer))
    await virtual.advance(70)
    retries = [retry_at - start for retry_at in waits(engine)]
    assert retries == pytest.approx([0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 61.5, 91.5])
    assert engine.state is State.WAITING
    assert engine.retry_at == pytest.approx(start + 91.5)
    assert engine.seen[-1].attempt == 8
    assert "Connection refused" in engine.seen[-1].reason


async def test_it_comes_back_when_the_server_does(virtual, engine, peer):
    engine.start(Plan(peer))
    await engine.wait_online()
    port = peer.listener.endpoint.port
    await peer.listener.close()
    peer.network.cut()
    await virtual.advance(10)
    assert engine.state is State.WAITING
    await peer.listen(port)
    await engine.wait_online()
    assert len(peer.connections) == 2


async def test_only_a_stable_connection_starts_the_series_anew(virtual, engine, peer):
    engine.start(Plan(peer))
    for online_for in (1, 1, 1, 6, 1):
        await engine.wait_online()
        await virtual.advance(online_for)
        peer.network.cut()
        await turns()
    losses = [change for change in engine.seen if change.state is State.WAITING]
    assert [change.attempt for change in losses] == [1, 2, 3, 1, 2]


async def test_a_log_in_that_lasts_is_no_stable_connection(virtual, engine, peer):
    plan = Plan(peer)
    plan.authenticate = asyncio.Event().wait
    engine.start(plan)
    for _ in range(3):
        await virtual.advance(6)
        assert engine.state is State.AUTHENTICATING
        peer.network.cut()
        await virtual.advance(5.5)
    losses = [change for change in engine.seen if change.state is State.WAITING]
    assert [change.attempt for change in losses] == [1, 2, 3]


async def test_a_long_catching_up_is_a_stable_connection_too(virtual, engine, peer):
    class Long(Plan):
        async def synchronise(self):
            await asyncio.Event().wait()

    engine.start(Long(peer))
    for _ in range(4):
        await virtual.advance(6)
        assert engine.state is State.SYNCING
        peer.network.cut()
        await virtual.advance(1.6)
    losses = [change for change in engine.seen if change.state is State.WAITING]
    assert [change.attempt for change in losses] == [1, 1, 1, 1]


async def test_reconnect_now_skips_the_wait(virtual, engine, peer):
    await peer.listener.close()
    engine.start(Plan(peer))
    await virtual.advance(20)
    assert engine.state is State.WAITING
    await peer.listen(peer.listener.endpoint.port)
    before = virtual.now
    engine.reconnect_now()
    await engine.wait_online()
    assert virtual.now - before < 0.5
    engine.reconnect_now()
    peer.network.cut()
    await turns()
    assert engine.state is State.WAITING


async def test_a_dropped_connection_comes_back(virtual, engine, peer):
    engine.start(Plan(peer))
    await engine.wait_online()
    engine.drop("the cable was pulled")
    await virtual.advance(0.3)
    assert engine.state is State.WAITING
    assert engine.change.reason == "the cable was pulled"
    assert peer.connections[0].session.peer_close == "dropped by the client"
    await engine.wait_online()


async def test_endpoints_are_tried_in_order(virtual, engine, peer):
    first = Endpoint("127.0.0.1", 9)
    engine.start(Plan(peer, before=(first,)))
    await engine.wait_online()
    assert peer.network.dialled == [first, peer.listener.endpoint]

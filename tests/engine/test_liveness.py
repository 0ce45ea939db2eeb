"""Heartbeats of a whole engine: their rhythm, and what they find out."""

import asyncio
import os

import pytest

from imnb.config import Heartbeat, Limits
from imnb.engine import link as link_module
from imnb.engine.requests import TcpRequest
from imnb.engine.states import State
from imnb.net.tcp import TcpNetwork
from tests.engine.peer import online, turns
from tests.eventually import eventually

BEATS = Heartbeat(interval=20, dead_after=10)


def beats(peer):
    return len(peer.last.requests)


@pytest.mark.parametrize(
    ("silence", "count"), [(None, 6), (0, 6), (60, 6), (25, 12), (10, 30)]
)
async def test_beats_stay_within_the_servers_limit(virtual, silence, count):
    async with online(heartbeat=BEATS) as (engine, peer):
        if silence is not None:
            engine.limit_silence(silence)
        await virtual.advance(121)
        assert beats(peer) == pytest.approx(count, abs=1)


async def test_what_the_adaptive_pace_learned_outlives_the_connection(virtual):
    settings = Heartbeat(interval=20, adaptive=True, successes=2, step=20, ceiling=60)
    async with online(heartbeat=settings) as (engine, peer):
        await virtual.advance(300)
        peer.network.cut()
        await turns()
        await engine.wait_online()
        before = virtual.now
        while not beats(peer):
            await virtual.advance(1)
        assert virtual.now - before == pytest.approx(60, abs=1.5)


async def test_connections_that_a_beat_finds_dead_shorten_the_interval(virtual):
    """A NAT that forgot the connection answers the beat with a reset."""
    settings = Heartbeat(interval=20, adaptive=True, successes=1, step=20, failures=2)
    async with online(heartbeat=settings) as (engine, peer):
        while engine._rhythm.interval < 100:
            await virtual.advance(1)
        for _ in range(2):
            peer.network.weather.latency = 3
            while not engine._board.link._heartbeat.is_waiting:
                await virtual.advance(0.1)
            peer.network.weather.latency = 0
            peer.network.cut()
            await turns()
            await engine.wait_online()
        assert engine._rhythm.interval == 60


async def test_a_quick_peer_that_dies_is_noticed_sooner(virtual):
    async with online(heartbeat=BEATS) as (engine, peer):
        await virtual.advance(20.5)
        assert engine.round_trip is not None
        peer.network.weather.is_held = True
        await virtual.advance(19.5 + 4)
        assert engine.state is State.ONLINE
        await virtual.advance(2)
        assert engine.state is not State.ONLINE


@pytest.mark.parametrize("how", ["a blocked loop", "a sleeping machine"])
async def test_after_a_suspension_a_beat_leaves_at_once(virtual, monkeypatch, how):
    async with online(heartbeat=BEATS) as (engine, peer):
        await virtual.advance(5)
        if how == "a blocked loop":
            virtual.freeze(15)
        else:  # the loop's clock knows nothing of it
            slept = link_module.elapsed_time() + 3600
            monkeypatch.setattr(link_module, "elapsed_time", lambda: slept)
        await virtual.advance(0.3)
        assert beats(peer) == 1
        await virtual.advance(15)
        assert beats(peer) == 1
        assert engine.state is State.ONLINE


async def test_a_peer_lost_during_a_suspension_is_noticed_by_that_beat(virtual):
    async with online(heartbeat=BEATS) as (engine, peer):
        await virtual.advance(21)
        peer.network.weather.is_held = True
        virtual.freeze(600)
        start = virtual.now
        while engine.state is State.ONLINE:
            await virtual.advance(0.1)
        assert "heartbeat" in engine.change.reason
        assert virtual.now - start == pytest.approx(5, abs=0.5)


async def test_a_call_waits_while_the_peer_does_not_read():
    """The bound of what waits to be sent is the caller's patience, not memory."""
    network = TcpNetwork(Limits(send_queue_bytes=100_000))
    async with online(network) as (engine, peer):
        peer.last.transport.pause_reading()
        link, body = engine._board.link, os.urandom(20_000)

        async def send():
            for number in range(1, 1001):
                await link.drain()
                link.send(1, number, body)

        sending = asyncio.create_task(send())
        await eventually(lambda: link._transport.unsent >= 100_000)
        for _ in range(20):
            await asyncio.sleep(0)
        assert not sending.done()
        assert link._transport.unsent < 200_000
        peer.answers.clear()
        peer.last.transport.resume_reading()
        await sending
        await eventually(lambda: beats(peer) == 1000)


async def test_calls_of_one_turn_are_one_write():
    async with online(TcpNetwork()) as (engine, peer):
        reads = []
        receive = peer.last.data_received
        peer.last.transport._receiver.data_received = lambda data: (
            reads.append(len(data)),
            receive(data),
        )
        await asyncio.gather(
            *[engine.call(TcpRequest("Login", {"token": "t"})) for _ in range(100)]
        )
        assert beats(peer) == 100
        assert len(reads) == 1

import asyncio
import gc
import os

import pytest

from imnb.config import Timeouts
from imnb.engine.engine import Engine
from imnb.engine.requests import TcpRequest
from imnb.engine.states import State
from imnb.errors import (
    BackgroundError,
    ClosedError,
    ConfigError,
    ConnectionFailed,
    ConnectionLost,
    NotConnected,
)
from imnb.net.memory import MemoryNetwork
from imnb.net.tcp import TcpNetwork
from imnb.pb import sync_pb2
from tests.engine.peer import Peer, Plan, online, turns

LOGIN = TcpRequest("Login", {"token": "t"})


def timers():
    loop = asyncio.get_running_loop()
    return [handle for handle in loop._scheduled if not handle.cancelled()]


async def test_nothing_is_left_after_close(virtual):
    async with online() as (engine, peer):
        peer.answers.clear()
        calls = [asyncio.create_task(engine.call(LOGIN)) for _ in range(5)]
        stream = asyncio.create_task(anext(engine.stream(TcpRequest("Reset"))))
        await turns()
        await engine.close()
        await engine.close()
        ends = await asyncio.gather(*calls, stream, return_exceptions=True)
        assert {type(end) for end in ends} == {ConnectionLost}
        assert peer.last.session.peer_close == "the client closed the connection"
        assert engine.state is State.CLOSED
        assert len(engine.scope) == 0
        assert timers() == []
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert "0 connections" in repr(peer.network)


@pytest.mark.parametrize(
    "state",
    [
        State.CONNECTING,
        State.HANDSHAKING,
        State.AUTHENTICATING,
        State.SYNCING,
        State.WAITING,
    ],
)
async def test_closing_in_every_state_leaves_nothing(virtual, state):
    peer = await Peer(MemoryNetwork()).listen()
    engine = Engine(network=peer.network)
    plan = Plan(peer)
    never = asyncio.Event().wait
    match state:
        case State.CONNECTING:
            plan.prepare = never
        case State.HANDSHAKING:
            peer.network.weather.latency = 100
        case State.AUTHENTICATING:
            plan.authenticate = never
        case State.SYNCING:
            plan.synchronise = never
        case State.WAITING:
            await peer.listener.close()
    engine.start(plan)
    await turns()
    assert engine.state is state
    waiting = asyncio.create_task(engine.wait_online())
    await turns()
    await engine.close()
    with pytest.raises(ClosedError):
        await waiting
    peer.network.cut()
    await virtual.advance(200)
    assert timers() == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_no_socket_is_left_over_tcp():
    def sockets():
        gc.collect()
        return {
            os.readlink(f"/proc/self/fd/{name}")
            for name in os.listdir("/proc/self/fd")
            if os.path.islink(f"/proc/self/fd/{name}")
        }

    before = sockets()
    async with online(TcpNetwork()) as (engine, peer):
        reply = await engine.call(LOGIN)
        assert reply.user_id == "alice"
        assert len(sockets() - before) >= 3
        await engine.close()
        await peer.last.transport.wait_closed()
        await peer.listener.close()
        left = {name for name in sockets() - before if name.startswith("socket")}
        assert left == set()


async def test_before_and_after_there_is_no_connection(virtual):
    engine = Engine(network=MemoryNetwork())
    assert engine.state is State.OFFLINE
    with pytest.raises(NotConnected):
        await engine.call(LOGIN)
    with pytest.raises(NotConnected, match="no session"):
        await engine.wait_online()
    engine.drop("nothing")
    engine.kicked("nothing")
    engine.reconnect_now()
    assert (engine.round_trip, engine.retry_at, engine.failure) == (None, None, None)
    await engine.close()
    with pytest.raises(ClosedError):
        engine.start(Plan(None))


async def test_one_session_at_a_time(virtual):
    async with online() as (engine, peer):
        with pytest.raises(ConfigError, match="running already"):
            engine.start(Plan(peer))


async def test_after_a_refusal_another_plan_may_be_started(virtual):
    peer = await Peer(MemoryNetwork()).listen()
    engine = Engine(network=peer.network)
    plan = Plan(peer)

    async def refuse():
        raise ConfigError("no")

    plan.authenticate = refuse
    engine.start(plan)
    with pytest.raises(ConfigError, match="no"):
        await engine.wait_online()
    engine.start(Plan(peer))
    await engine.wait_online()
    assert engine.failure is None
    await engine.close()


async def test_fail_fast_gives_the_first_attempts_error(virtual):
    engine = Engine(network=MemoryNetwork())
    peer = await Peer(engine._connector.network).listen()
    await peer.listener.close()
    engine.start(Plan(peer))
    with pytest.raises(ConnectionFailed, match="Connection refused"):
        await engine.wait_online(fail_fast=True)
    assert engine.state is State.WAITING
    await engine.close()


async def test_a_waiter_that_gives_up_is_forgotten(virtual):
    engine = Engine(network=MemoryNetwork())
    peer = await Peer(engine._connector.network).listen()
    await peer.listener.close()
    before = dict(engine._states._watchers)
    engine.start(Plan(peer))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(3):
            await engine.wait_online()
    assert engine._states._watchers == before
    await engine.close()


async def test_the_reading_gate_holds_pushes_back(virtual):
    async with online() as (engine, peer):
        seen = []
        engine.subscribe_batch(sync_pb2.EventPush, seen.extend)
        engine.pause_reading("store")
        peer.last.push(sync_pb2.EventPush(head=1))
        await virtual.advance(60)
        assert seen == []
        engine.resume_reading("store")
        await turns()
        assert [push.head for push in seen] == [1]


async def test_pushes_of_each_kind_of_subscription(virtual):
    async with online() as (engine, peer):
        seen = []
        pushes = engine.pushes(sync_pb2.EventPush)
        end = engine.subscribe(sync_pb2.EventPush, lambda push: seen.append(push.head))
        peer.last.push(sync_pb2.EventPush(head=7))
        assert (await anext(pushes)).head == 7
        await turns()
        end()
        peer.last.push(sync_pb2.EventPush(head=8))
        assert (await anext(pushes)).head == 8
        await pushes.aclose()
        assert seen == [7]


async def test_closing_ends_the_iterators_of_pushes(virtual):
    async with online() as (engine, _):
        pushes = engine.pushes(sync_pb2.EventPush)
        waiting = asyncio.create_task(anext(pushes))
        await turns()
        await engine.close()
        with pytest.raises(StopAsyncIteration):
            await waiting
        with pytest.raises(ClosedError):
            engine.pushes(sync_pb2.EventPush)


async def test_a_subscription_outlives_the_connection(virtual):
    async with online() as (engine, peer):
        seen = []
        engine.subscribe_batch(sync_pb2.EventPush, seen.extend)
        peer.network.cut()
        await turns()
        await engine.wait_online()
        peer.last.push(sync_pb2.EventPush(head=1))
        await turns()
        assert len(seen) == 1


async def test_the_tap_sees_every_frame(virtual):
    frames = []

    def tap(outbound, wire, plain):
        frames.append((outbound, len(wire), plain))

    async with online(tap=tap) as (engine, _):
        await engine.call(LOGIN)
    assert [outbound for outbound, _, _ in frames[:2]] == [True, False]
    assert any(outbound and b"t" in plain for outbound, _, plain in frames[2:])


async def test_a_tap_that_fails_is_reported_and_costs_no_connection(virtual):
    def tap(outbound, wire, plain):
        raise ZeroDivisionError("a bug of the tap")

    async with online(tap=tap) as (engine, peer):
        assert (await engine.call(LOGIN)).user_id == "alice"
        assert len(peer.connections) == 1
        with pytest.raises(BackgroundError, match=r"tap \(ZeroDivisionError\)$"):
            engine.scope.raise_errors()


async def test_a_long_freeze_costs_neither_connection_nor_calls(virtual):
    async with online(timeouts=Timeouts(request=10)) as (engine, peer):
        peer.network.weather.latency = 0.5
        call = asyncio.create_task(engine.call(LOGIN))
        await virtual.advance(0.2)
        virtual.freeze(3600)
        assert (await call).user_id == "alice"
        await virtual.advance(60)
        assert engine.state is State.ONLINE
        assert len(peer.connections) == 1
        assert engine.round_trip == pytest.approx(1.0)
        assert "online" in repr(engine)

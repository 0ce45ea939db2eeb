import asyncio

import pytest

from imnb.config import Endpoint, Timeouts
from imnb.errors import ConnectionFailed
from imnb.net.memory import MemoryNetwork
from tests.net.recorder import Recorder, connected


async def test_a_cut_ends_both_sides_with_the_error(virtual):
    network = MemoryNetwork()
    async with connected(network) as (near, far):
        network.cut()
        assert isinstance(await near.over, ConnectionResetError)
        assert isinstance(await far.over, ConnectionResetError)
        assert "0 connections" in repr(network)


async def test_a_dead_network_keeps_dialling_waiting(virtual):
    network = MemoryNetwork()
    network.weather.is_held = True
    with pytest.raises(ConnectionFailed, match="no answer within 7 s"):
        await network.dial(Endpoint("nowhere", 1), Recorder, timeout=7)
    assert virtual.now == pytest.approx(1007)


async def test_free_ports_differ(virtual):
    network = MemoryNetwork()
    made = [await network.listen("host", 0, Recorder) for _ in range(3)]
    await made[0].close()
    made.append(await network.listen("host", 0, Recorder))
    ports = [listener.endpoint.port for listener in made[1:]]
    assert len(set(ports)) == 3
    assert network.dialled == []


async def test_held_bytes_arrive_when_released(virtual):
    network = MemoryNetwork(timeouts=Timeouts(close=2))
    async with connected(network) as (near, far):
        network.weather.is_held = True
        near.send(b"hello")
        await virtual.advance(60)
        assert far.data == b""
        network.release()
        assert await far.until(5) == b"hello"


async def test_closing_on_a_dead_network_is_bounded(virtual):
    network = MemoryNetwork(timeouts=Timeouts(close=2))
    async with connected(network) as (near, far):
        network.weather.is_held = True
        near.send(b"hello")
        start = asyncio.get_running_loop().time()
        near.transport.close()
        await near.transport.wait_closed()
        assert asyncio.get_running_loop().time() == pytest.approx(start + 2)
        assert far.losses == []

import asyncio
import threading

import pytest

from imnb.net.memory import MemoryNetwork
from tests.net.recorder import Recorder, connected


@pytest.mark.parametrize("size", [1, 7, 1000])
async def test_reads_are_cut_to_size(virtual, size):
    network = MemoryNetwork()
    network.weather.chunk_size = size
    async with connected(network) as (near, far):
        near.send(b"0123456789" * 3)
        assert await far.until(30) == b"0123456789" * 3
        assert {len(chunk) for chunk in far.chunks[:-1]} <= {size}


async def test_bytes_take_their_time(virtual):
    network = MemoryNetwork()
    network.weather.latency = 3
    async with connected(network) as (near, far):
        near.send(b"a")
        await virtual.advance(1)
        near.send(b"b")
        await virtual.advance(1.9)
        assert far.data == b""
        await virtual.advance(0.2)
        assert far.data == b"a"
        await virtual.advance(1)
        assert far.data == b"ab"


async def test_another_thread_may_send(virtual):
    async with connected(MemoryNetwork()) as (near, far):
        thread = threading.Thread(target=near.send, args=(b"beat",))
        thread.start()
        thread.join()
        assert await far.until(4) == b"beat"


async def test_the_repr_counts_bytes_and_shows_none(virtual):
    async with connected(MemoryNetwork()) as (near, far):
        far.transport.pause_reading()
        near.send(b"secret")
        await virtual.settle()
        assert "6 unsent" in repr(near.transport)
        assert "secret" not in repr(near.transport)


def test_a_thread_that_sends_when_the_loop_has_ended_does_no_harm():
    async def begin():
        network = MemoryNetwork()
        listener = await network.listen("127.0.0.1", 0, Recorder)
        return await network.dial(listener.endpoint, Recorder, timeout=5)

    transport = asyncio.run(begin())
    with transport.lock:
        transport.send_now()
        transport.put(b"beat")
    assert transport.unsent == 4

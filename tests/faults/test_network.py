import asyncio
import threading

import pytest

from imnb.config import Timeouts
from imnb.errors import ConnectionFailed, ConnectionLost
from imnb.faults.fault import (
    Cut,
    Delay,
    Direction,
    DoubleFrame,
    HalfClose,
    Refuse,
    Silence,
    Split,
    Stall,
)
from imnb.faults.network import FaultyNetwork
from imnb.net.memory import MemoryNetwork
from imnb.net.tcp import TcpNetwork
from imnb.wire.frame import Kind, pack_frame
from tests.net.recorder import Recorder, connected

IN, OUT = Direction.IN, Direction.OUT
FRAME = pack_frame(Kind.DATA, 0, b"hello")


@pytest.fixture(params=[TcpNetwork, MemoryNetwork])
def carrier(request):
    return request.param(timeouts=Timeouts(close=0.2))


def near_only(moment):
    """`connected` dials first."""
    return moment.connection == 1


async def test_without_faults_all_is_as_without_the_wrapper(carrier):
    network = FaultyNetwork(carrier)
    async with connected(network) as (near, far):
        near.send(b"x" * 100_000)
        far.send(b"hello")
        assert await far.until(100_000) == b"x" * 100_000
        assert await near.until(5) == b"hello"
        await near.transport.drain()
        assert near.transport.has_room
        assert near.transport.local_address == far.transport.peer_address
        near.transport.close()
        assert await far.over is None
        assert await near.over is None
    assert not network.injections


async def test_a_dial_is_refused(carrier):
    network = FaultyNetwork(carrier, Refuse(count=1))
    listener = await network.listen("127.0.0.1", 0, Recorder)
    with pytest.raises(ConnectionFailed, match="refused, as planned"):
        await network.dial(listener.endpoint, Recorder, timeout=1)
    near = await network.dial(listener.endpoint, Recorder, timeout=1)
    near.abort()
    await near.wait_closed()
    network.cut()
    await listener.close()


async def test_what_is_late_comes_in_order(carrier):
    network = FaultyNetwork(carrier, Delay(1.0, when=near_only))
    async with connected(network) as (near, far):
        start = asyncio.get_running_loop().time()
        near.send(b"one")
        near.send(b"two")
        assert near.transport.unsent >= 6
        assert await far.until(6) == b"onetwo"
        far.send(b"back")
        assert await near.until(4) == b"back"
        assert asyncio.get_running_loop().time() - start >= 1.9


async def test_a_read_is_split():
    network = FaultyNetwork(MemoryNetwork(), Split(2, direction=IN, when=near_only))
    async with connected(network) as (near, far):
        far.send(b"hello")
        await near.until(5)
        assert near.chunks == [b"he", b"ll", b"o"]


@pytest.mark.parametrize("direction", [IN, OUT])
async def test_both_ends_are_told_of_a_cut(carrier, direction):
    network = FaultyNetwork(carrier, Cut(direction=direction, when=near_only))
    async with connected(network) as (near, far):
        (near if direction is OUT else far).send(b"hello")
        assert isinstance(await near.over, ConnectionResetError)
        await far.over
        with pytest.raises(ConnectionLost):
            await near.transport.drain()


async def test_one_end_reads_an_end_and_the_other_does_not(carrier):
    network = FaultyNetwork(carrier, HalfClose(direction=IN, when=near_only))
    async with connected(network) as (near, far):
        far.send(b"hello")
        assert await near.over is None
        far.send(b"are you there?")
        await asyncio.sleep(1)
        assert not far.over.done()
        network.heal()  # the network notices
        await far.over


async def test_one_end_goes_on_though_the_other_read_an_end(carrier):
    network = FaultyNetwork(carrier, HalfClose(direction=OUT, when=near_only))
    async with connected(network) as (near, far):
        near.send(b"hello")
        assert await far.over is None
        near.send(b"are you there?")
        await near.transport.drain()
        assert not near.over.done()
        near.transport.close()
        assert await near.over is None


async def test_silence_is_for_ever_and_a_stall_until_the_network_heals(carrier):
    network = FaultyNetwork(carrier, Silence(count=1), Stall())
    async with connected(network) as (near, far):
        near.send(b"lost")
        far.send(b"late")
        await asyncio.sleep(100)
        assert (near.data, far.data) == (b"", b"")
        network.heal()
        assert await near.until(4) == b"late"
        near.send(b"lost too")
        far.send(b"!")
        assert await near.until(5) == b"late!"
        assert far.data == b""


async def test_who_leaves_sends_what_was_held_back(carrier):
    network = FaultyNetwork(carrier, Delay(100.0, direction=OUT))
    async with connected(network) as (near, far):
        near.send(b"goodbye")
        near.transport.close()
        assert await far.until(7) == b"goodbye"


async def test_nothing_comes_while_reading_is_paused(carrier):
    network = FaultyNetwork(carrier, Delay(1.0, direction=IN, when=near_only))
    async with connected(network) as (near, far):
        far.send(b"hello")
        await asyncio.sleep(0.5)
        near.transport.pause_reading()
        await asyncio.sleep(5)
        assert near.data == b""
        near.transport.resume_reading()
        assert await near.until(5) == b"hello"


async def test_a_frame_that_comes_twice(carrier):
    network = FaultyNetwork(carrier, DoubleFrame(direction=OUT, count=1))
    async with connected(network) as (near, far):
        near.send(FRAME[:3])
        near.send(FRAME[3:])
        assert await far.until(2 * len(FRAME)) == FRAME * 2
        [injection] = network.injections
        assert (injection.what, injection.size) == ("DoubleFrame", len(FRAME))


async def test_another_thread_may_put(carrier):
    network = FaultyNetwork(carrier, Delay(0.5), Cut(when=lambda m: m.number == 3))
    async with connected(network) as (near, far):
        thread = threading.Thread(target=lambda: near.send(b"beside"))
        thread.start()
        thread.join()
        assert await far.until(6) == b"beside"


class Fussy(Recorder):
    def data_received(self, data):
        raise ValueError("not what I wanted")


async def test_a_receiver_that_raises_loses_its_connection():
    lost = []
    asyncio.get_running_loop().set_exception_handler(lambda _, c: lost.append(c))
    network = FaultyNetwork(MemoryNetwork(), Delay(1.0))
    async with connected(network, Fussy) as (near, far):
        far.send(b"hello")
        assert isinstance(await near.over, ValueError)
        await far.over
    assert len(lost) == 1


async def test_its_repr_says_how_much_happened():
    network = FaultyNetwork(MemoryNetwork(), Split(1))
    async with connected(network) as (near, far):
        near.send(b"secret")
        await far.until(6)
        assert "2 connections" in repr(network)
        assert "secret" not in repr(network) + repr(near.transport)

"""The shell around the two ways: see also `test_network`."""

import asyncio

import pytest

from imnb.faults.fault import Direction, HalfClose
from imnb.faults.plan import Plan
from imnb.faults.transport import FaultyTransport
from imnb.net.memory import MemoryNetwork
from tests.net.recorder import Recorder


@pytest.fixture
async def listener():
    network = MemoryNetwork()
    listener = await network.listen("127.0.0.1", 0, Recorder)
    yield network, listener.endpoint
    network.cut()
    await asyncio.sleep(0)


async def dial(listener, open_ones, make=Recorder, *faults):
    network, endpoint = listener
    faulty = FaultyTransport(Plan(faults), 1, make, open_ones.add, open_ones.discard)
    await network.dial(endpoint, faulty.attach, timeout=1)
    return faulty


async def test_it_is_known_as_long_as_it_is_open(listener):
    open_ones = set()
    faulty = await dial(listener, open_ones)
    assert open_ones == {faulty}
    faulty.abort()
    await faulty.wait_closed()
    assert open_ones == set()


async def test_a_receiver_that_cannot_be_made_leaves_nothing(listener):
    open_ones = set()

    def fail(transport):
        raise ValueError("no room")

    with pytest.raises(ValueError, match="no room"):
        await dial(listener, open_ones, fail)
    assert open_ones == set()


async def test_it_is_known_until_the_other_end_knows_too(listener):
    open_ones = set()
    half = HalfClose(direction=Direction.OUT)
    faulty = await dial(listener, open_ones, Recorder, half)
    with faulty.lock:
        faulty.put(b"hello")
    await asyncio.sleep(1)
    assert open_ones == {faulty}
    faulty.release()
    await faulty.wait_closed()
    assert open_ones == set()


async def test_it_is_told_once(listener):
    recorders = []

    def make(transport):
        recorders.append(Recorder(transport))
        return recorders[0]

    faulty = await dial(listener, set(), make)
    faulty.cut()
    faulty.abort()
    faulty.close()
    await faulty.wait_closed()
    await asyncio.sleep(1)
    assert [str(error) for error in recorders[0].losses] == ["connection reset by peer"]

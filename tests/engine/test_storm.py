"""A server that comes back to two hundred clients at once."""

import collections
import itertools
import random

import pytest

from imnb.config import Backoff
from imnb.engine.engine import Engine
from imnb.engine.states import State
from imnb.net.memory import MemoryNetwork
from tests.engine.peer import Peer, Plan

CLIENTS = 200
BACKOFF = Backoff(base=0.5, cap=30, stable_after=5)


class Crowd:
    """Engines that stay with one server, and when each of them tries again."""

    def __init__(self, peer, seed):
        self.peer = peer
        self.waits = collections.defaultdict(list)
        self.engines = []
        for number in range(CLIENTS):
            chance = random.Random(f"{seed} {number}").random
            engine = Engine(network=peer.network, backoff=BACKOFF, random=chance)
            engine.on_state(lambda change: self._note(change))
            self.engines.append(engine)

    def _note(self, change):
        if change.state is State.WAITING:
            self.waits[change.attempt].append(change.retry_at)

    async def arrive(self):
        for engine in self.engines:
            engine.start(Plan(self.peer))
        await self.all_online()

    async def all_online(self):
        for engine in self.engines:
            await engine.wait_online()

    async def close(self):
        for engine in self.engines:
            await engine.close()


@pytest.fixture
async def peer(virtual):
    made = await Peer(MemoryNetwork()).listen()
    yield made
    await made.listener.close()


@pytest.fixture
async def crowd(peer):
    made = Crowd(peer, "a storm")
    yield made
    await made.close()


def thickest(times, width):
    """The largest share of all that falls into any span of so many seconds."""
    times = sorted(times)
    most = max(sum(1 for t in times if 0 <= t - start < width) for start in times)
    return most / len(times)


async def restart(peer, virtual, down):
    port = peer.listener.endpoint.port
    await peer.listener.close()
    peer.network.cut()
    await virtual.advance(down)
    await peer.listen(port)


async def test_no_two_come_back_in_lockstep_and_all_come_back(virtual, peer, crowd):
    await crowd.arrive()
    await virtual.advance(10)
    await restart(peer, virtual, down=20)
    back_at = virtual.now
    await crowd.all_online()
    assert virtual.now - back_at < BACKOFF.cap
    times = list(itertools.chain(*crowd.waits.values()))
    assert len(set(times)) == len(times)
    for attempt, tries in crowd.waits.items():
        ceiling = min(BACKOFF.cap, BACKOFF.base * 2 ** (attempt - 1))
        # Evenly spread: a tenth of the time has about a tenth of the tries.
        if len(tries) == CLIENTS and attempt < 4:
            assert thickest(tries, ceiling / 10) < 0.35, attempt
    came = [t for t in times if t >= back_at]
    assert len(came) == CLIENTS
    assert thickest(came, 0.5) < 0.25


async def test_nothing_of_it_is_left(virtual, peer, crowd):
    await crowd.arrive()
    await virtual.advance(10)
    await restart(peer, virtual, down=5)
    await crowd.all_online()
    await virtual.advance(BACKOFF.stable_after)
    assert len(peer.network._open) == 2 * CLIENTS
    assert all(engine.retry_at is None for engine in crowd.engines)
    await crowd.close()
    await virtual.settle()
    assert len(peer.network._open) == 0
    assert [len(engine.scope) for engine in crowd.engines] == [0] * CLIENTS

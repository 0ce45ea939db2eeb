"""An engine on a network in memory whose waits are known."""

import pytest

from imnb.config import Backoff
from imnb.engine.engine import Engine
from imnb.net.memory import MemoryNetwork
from tests.engine.peer import Peer

BACKOFF = Backoff(base=0.5, cap=30, stable_after=5)


@pytest.fixture
async def peer(virtual):
    made = await Peer(MemoryNetwork()).listen()
    yield made
    await made.listener.close()


@pytest.fixture
async def engine(peer):
    made = Engine(network=peer.network, backoff=BACKOFF, random=lambda: 1.0)
    made.seen = []
    made.on_state(made.seen.append)
    yield made
    await made.close()

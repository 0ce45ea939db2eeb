"""A session on a machine whose network comes, goes and changes."""

import asyncio

import pytest

from imnb.config import Backoff, Endpoint, Heartbeat, NetworkType
from imnb.engine import reachability_watch
from imnb.engine.engine import Engine
from imnb.engine.reachability_watch import POLL
from imnb.engine.states import State
from imnb.net.memory import MemoryNetwork
from imnb.net.reachability import NetworkView
from tests.engine.peer import Peer, Plan, turns

NOWHERE = NetworkView(frozenset())
HOME = NetworkView(frozenset({"10.0.0.1"}), "10.0.0.1", "eth0", NetworkType.ETHERNET)
WIFI = NetworkView(frozenset({"10.9.9.9"}), "10.9.9.9", "wlan0", NetworkType.WIFI)


class Here:
    """Where this machine is; what it dials from there has its address."""

    def __init__(self, network):
        self.view = HOME
        self._dial, network.dial = network.dial, self.dial

    def look(self):
        return self.view

    async def dial(self, endpoint, make, *, timeout):
        def from_here(transport):
            transport.local_address = f"{self.view.default_address}:5000"
            return make(transport)

        return await self._dial(endpoint, from_here, timeout=timeout)


@pytest.fixture
async def peer(virtual):
    made = await Peer(MemoryNetwork()).listen()
    yield made
    await made.listener.close()


@pytest.fixture
def here(peer):
    return Here(peer.network)


@pytest.fixture
async def engine(peer, here):
    backoff = Backoff(base=8, cap=30, stable_after=5)
    made = Engine(
        network=peer.network,
        backoff=backoff,
        random=lambda: 1.0,
        probe=here.look,
        heartbeat=Heartbeat(interval=20, wifi=7),
    )
    made.seen = []
    made.on_state(made.seen.append)
    yield made
    await made.close()


async def test_a_lost_address_ends_the_connection_and_the_way_back_is_taken_at_once(
    virtual, engine, peer, here
):
    engine.start(Plan(peer))
    await engine.wait_online()
    here.view = NOWHERE
    await virtual.advance(POLL)
    assert engine.state is State.WAITING
    assert engine.change.reason == "this machine lost its address 10.0.0.1"
    assert engine.change.network_type is NetworkType.UNKNOWN
    here.view = HOME
    await virtual.advance(POLL)  # not the 8 seconds of the back-off
    assert engine.state is State.ONLINE
    assert engine.change.network_type is NetworkType.ETHERNET


async def test_moving_to_another_network_reconnects_at_once(
    virtual, engine, peer, here
):
    engine.start(Plan(peer))
    await engine.wait_online()
    here.view = WIFI
    await virtual.advance(POLL)
    assert engine.state is State.ONLINE
    assert len(peer.connections) == 2
    await virtual.advance(POLL + 7)  # and beats as wifi asks
    assert len(peer.last.requests) == 1


async def test_a_connection_whose_address_stays_is_left_alone(
    virtual, engine, peer, here
):
    engine.start(Plan(peer))
    await engine.wait_online()
    addresses = HOME.addresses | WIFI.addresses
    here.view = NetworkView(addresses, "10.9.9.9", "wlan0", NetworkType.WIFI)
    await virtual.advance(3 * POLL)
    assert len(peer.connections) == 1


async def test_failures_on_another_network_are_not_counted(virtual, engine, peer, here):
    port = peer.listener.endpoint.port
    await peer.listener.close()
    engine.start(Plan(peer))
    await virtual.advance(60)
    assert engine.change.attempt == 4
    here.view = WIFI
    await virtual.advance(POLL)
    assert (engine.state, engine.change.attempt) == (State.WAITING, 1)
    await peer.listen(port)
    await virtual.advance(8)
    assert engine.state is State.ONLINE


@pytest.mark.parametrize("hangs", ["preparing", "dialling", "handshaking"])
async def test_an_attempt_on_the_old_network_begins_anew(
    virtual, engine, peer, here, hangs
):
    plan = Plan(peer)
    prepare = plan.prepare
    if hangs == "preparing":
        plan.prepare = asyncio.Event().wait
    else:
        peer.network.weather.is_held = True
    if hangs == "handshaking":
        peer.network.weather.is_held = False
        peer.network.weather.latency = 100
    engine.start(plan)
    await virtual.advance(1)
    here.view, plan.prepare = WIFI, prepare
    peer.network.weather.is_held, peer.network.weather.latency = False, 0
    await virtual.advance(POLL)
    assert engine.state is State.ONLINE
    assert State.WAITING not in [change.state for change in engine.seen]
    await turns()
    assert "1 connections" in repr(peer.network)


async def test_a_change_while_all_is_well_skips_no_later_wait(
    virtual, engine, peer, here
):
    engine.start(Plan(peer))
    await engine.wait_online()
    both = HOME.addresses | WIFI.addresses
    here.view = NetworkView(both, "10.9.9.9", "wlan0", NetworkType.WIFI)
    await virtual.advance(POLL)
    peer.network.cut()
    await turns()
    assert engine.state is State.WAITING


async def test_an_endpoint_that_failed_is_not_the_first_one_after_a_change(
    virtual, engine, peer, here
):
    """Races, scores and the change of a network together."""
    nobody = Endpoint("127.0.0.1", 9)
    engine.start(Plan(peer, before=(nobody,)))
    await engine.wait_online()
    here.view = WIFI
    await virtual.advance(POLL)
    ours = peer.listener.endpoint
    assert peer.network.dialled == [nobody, ours, ours]


async def test_after_a_sleep_a_session_that_waits_tries_at_once(
    virtual, engine, peer, here, monkeypatch
):
    port = peer.listener.endpoint.port
    await peer.listener.close()
    engine.start(Plan(peer))
    await virtual.advance(60)
    assert (engine.state, engine.change.attempt) == (State.WAITING, 4)
    await peer.listen(port)
    awake = reachability_watch.elapsed_time() + 3600
    monkeypatch.setattr(reachability_watch, "elapsed_time", lambda: awake)
    await virtual.advance(POLL)
    assert engine.state is State.ONLINE
    tries = [one for one in engine.seen if one.state is State.CONNECTING]
    assert tries[-1].attempt == 0  # and the series has begun anew


async def test_after_a_sleep_a_connection_is_left_to_its_heartbeat(
    virtual, engine, peer, here, monkeypatch
):
    engine.start(Plan(peer))
    await engine.wait_online()
    awake = reachability_watch.elapsed_time() + 3600
    monkeypatch.setattr(reachability_watch, "elapsed_time", lambda: awake)
    await virtual.advance(3 * POLL)
    assert len(peer.connections) == 1

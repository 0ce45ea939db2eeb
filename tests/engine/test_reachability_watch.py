import asyncio

import pytest

from imnb.config import Heartbeat, NetworkType
from imnb.engine.pacing import Rhythm
from imnb.engine.reachability_watch import POLL, ReachabilityWatch
from imnb.engine.states import State, StateMachine
from imnb.errors import ConnectionLost
from imnb.net.reachability import NetworkView

LO = ("127.0.0.1",)
NOWHERE = NetworkView(frozenset(LO))


def view(address, interface="eth0", kind=NetworkType.ETHERNET, more=()):
    return NetworkView(frozenset({*LO, address, *more}), address, interface, kind)


HOME = view("10.0.0.1")
WIFI = view("10.9.9.9", "wlan0", NetworkType.WIFI)
BOTH = view("10.9.9.9", "wlan0", NetworkType.WIFI, more=("10.0.0.1",))


class Link:
    def __init__(self, local_address):
        self.local_address = local_address
        self.error = None

    def end(self, error):
        self.error = error


class Surroundings:
    """Probe, session and report in one."""

    def __init__(self, local="10.0.0.1:5000"):
        self.now = HOME
        self.link = Link(local) if local else None
        self.changes, self.reports = 0, []
        self.states = StateMachine(None)
        self.rhythm = Rhythm(Heartbeat(interval=20, wifi=30))
        self.watch = ReachabilityWatch(
            self.states,
            self.rhythm,
            self.probe,
            lambda *what: self.reports.append(what),
        )

    def probe(self):
        if isinstance(self.now, Exception):
            raise self.now
        return self.now

    def network_changed(self):
        self.changes += 1

    def end(self):
        self.states.move(State.CLOSED)


@pytest.fixture
async def make(virtual):
    made = []

    def make(**options):
        around = Surroundings(**options)
        made.append(around)
        around.watch.start(around)
        around.states.move(State.CONNECTING)
        return around

    yield make
    for around in made:
        around.end()
    loop = asyncio.get_running_loop()
    assert [one for one in loop._scheduled if not one.cancelled()] == []


@pytest.mark.parametrize(
    ("local", "views", "is_lost", "changes"),
    [
        ("10.0.0.1:5000", [HOME, HOME], False, 0),
        ("10.0.0.1:5000", [HOME, NOWHERE], True, 0),
        ("10.0.0.1:5000", [HOME, WIFI], True, 1),
        ("10.0.0.1:5000", [HOME, BOTH], False, 1),  # still there: left alone
        ("10.0.0.1:5000", [HOME, BOTH, WIFI], True, 1),
        ("[fd00::2]:5000", [view("fd00::2"), HOME], True, 1),
        ("127.0.0.1:5000", [HOME, NOWHERE, WIFI], False, 1),
        ("127.0.0.1:5000", [NetworkView(frozenset())] * 2, False, 0),
        ("memory:1", [HOME, NOWHERE], False, 0),
        ("10.7.7.7:5000", [HOME, NOWHERE], False, 0),  # never listed: unknown
        (None, [HOME, NOWHERE, HOME], False, 1),
    ],
)
async def test_what_a_change_means(virtual, make, local, views, is_lost, changes):
    around = make(local=local)
    around.now = views[0]
    around.watch.start(around)
    around.changes = 0
    for around.now in views[1:]:
        await virtual.advance(POLL)
    error = around.link and around.link.error
    assert isinstance(error, ConnectionLost) is is_lost
    if is_lost:
        host = local.rpartition(":")[0].strip("[]")
        assert str(error) == f"this machine lost its address {host}"
    assert around.changes == changes


async def test_moves_tell_the_type_of_network(virtual, make):
    around = make()
    assert around.states.last.network_type is NetworkType.ETHERNET
    around.now = WIFI
    await virtual.advance(POLL)
    around.states.move(State.WAITING)
    assert around.states.last.network_type is NetworkType.WIFI
    assert "wlan0" in repr(around.watch)


@pytest.mark.parametrize(
    ("local", "seconds"), [("10.9.9.9:1", 30), ("127.0.0.1:1", 20), (None, 30)]
)
async def test_the_heartbeat_goes_by_the_network(virtual, make, local, seconds):
    around = make(local=local)
    around.now = WIFI
    await virtual.advance(POLL)
    assert around.rhythm.interval == seconds


async def test_a_probe_that_fails_is_reported_once_and_survived(virtual, make):
    around = make()
    around.now = OSError("too many open files")
    await virtual.advance(5 * POLL)
    assert around.link.error is None
    assert around.reports == [("looking at the network", around.now)]
    around.now = WIFI
    await virtual.advance(POLL)
    assert (around.changes, around.watch.view) == (1, WIFI)


async def test_without_a_session_nobody_looks(virtual, make):
    around = make()
    around.end()
    around.now = WIFI
    await virtual.advance(5 * POLL)
    assert around.watch.view is HOME
    around.watch.start(around)  # once more, after a kick: that is no change
    assert around.changes == 0
    around.states.move(State.CONNECTING)

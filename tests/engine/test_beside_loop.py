"""What a thread says for a link, and an engine, whose loop is frozen."""

import contextlib
import os
import threading

import pytest

from imnb.config import Heartbeat, Timeouts
from imnb.engine.link import UNSENT_LIMIT, Link, LinkState
from imnb.engine.pacing import Rhythm
from imnb.engine.states import State
from imnb.errors import ConnectionLost
from imnb.net.memory import MemoryNetwork
from imnb.net.tcp import TcpNetwork
from imnb.pb import session_pb2
from tests.engine.peer import Peer, online, turns
from tests.engine.test_link import PING, Owner
from tests.eventually import eventually
from tests.net.certificates import tls_network


@contextlib.asynccontextmanager
async def linked(network, owner=None):
    peer = await Peer(network).listen()
    link = await Link.dial(
        network,
        peer.listener.endpoint,
        peer.codec(),
        owner or Owner(),
        rhythm=Rhythm(Heartbeat()),
        timeouts=Timeouts(),
    )
    await link.wait_open()
    yield link, peer
    link.end(ConnectionLost("enough"))
    await link.wait_closed()
    await peer.last.transport.wait_closed()
    await peer.listener.close()


def frozen(*calls):
    """Make the calls on another thread; the loop stands still meanwhile."""
    thread = threading.Thread(target=lambda: [call() for call in calls])
    thread.start()
    thread.join()


@pytest.mark.parametrize("kind", [TcpNetwork, tls_network])
async def test_beats_leave_at_once_and_their_answers_are_no_strays(kind):
    owner = Owner()
    async with linked(kind(), owner) as (link, peer):
        link.send(1, 7, session_pb2.LoginRequest(device="d").SerializeToString())
        frozen(*[link.beat_beside_loop] * 5)
        assert link._transport.unsent == 0
        await owner.until(1)
        await eventually(lambda: len(peer.last.requests) == 6)
        assert [one.command for one in peer.last.requests] == [1] + [PING] * 5
        await eventually(lambda: repr(link._beats) == "<Beats: 0 and 0 wait>")
        assert [one.ask_id for one in owner.envelopes] == [7]


async def test_behind_much_that_the_network_does_not_take_no_beat_is_put():
    async with linked(TcpNetwork()) as (link, peer):
        peer.last.transport.pause_reading()
        number = 10
        while link._transport.unsent <= UNSENT_LIMIT:
            link.send(1, number, os.urandom(500_000))
            await turns(3)
            number += 1
        before = link._transport.unsent
        frozen(link.beat_beside_loop)
        assert link._transport.unsent <= before
        peer.last.transport.resume_reading()
        await eventually(lambda: len(peer.last.requests) == number - 10)
        assert PING not in [one.command for one in peer.last.requests]


async def test_after_the_end_nothing_is_said():
    async with linked(TcpNetwork()) as (link, peer):
        link.end(ConnectionLost("enough"), "bye")
        frozen(link.beat_beside_loop)
        await link.wait_closed()
        assert peer.last.requests == []


async def test_before_the_handshake_nothing_is_said(virtual):
    network = MemoryNetwork()
    peer = await Peer(network).listen()
    link = await Link.dial(
        network,
        peer.listener.endpoint,
        peer.codec(),
        Owner(),
        rhythm=Rhythm(Heartbeat()),
        timeouts=Timeouts(),
    )
    assert link.state is LinkState.HANDSHAKING
    before = link._transport.unsent
    frozen(link.beat_beside_loop)
    assert link._transport.unsent == before
    link.end(ConnectionLost("enough"))
    await turns()


async def test_a_frozen_engine_stays_online_and_knows_how_long_it_was(virtual):
    async with online() as (engine, _):
        assert engine.blocked is None
        virtual.freeze(600)
        await virtual.advance(5)
        assert engine.blocked.seconds == pytest.approx(600, abs=1)
        assert virtual.now - engine.blocked.ended_at == pytest.approx(5, abs=1)
        assert engine.state is State.ONLINE


async def test_the_thread_speaks_for_the_link_of_its_engine():
    async with online(TcpNetwork()) as (engine, peer):
        frozen(*[engine._watch._act] * 2)
        await eventually(lambda: len(peer.last.requests) == 2)
        assert engine.dispatcher.waiting == 0


async def test_a_servers_limit_makes_the_thread_quicker():
    async with online(TcpNetwork()) as (engine, _):
        assert engine._watch.patience == 2
        engine.limit_silence(4)
        assert engine._watch.patience < 1

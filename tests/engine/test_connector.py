import asyncio
import dataclasses

import pytest

from imnb.config import Endpoint, Heartbeat, Timeouts
from imnb.engine.connector import Connector
from imnb.engine.pacing import Rhythm
from imnb.engine.scores import HALF_LIFE
from imnb.engine.states import State, StateMachine
from imnb.errors import ConnectionFailed, ConnectionLost, RemoteProtocolError
from imnb.net.memory import MemoryNetwork
from imnb.tasks.race import STAGGER
from tests.engine.peer import Peer, turns

NOBODY = Endpoint("127.0.0.1", 9)


class Owner:
    def envelopes_received(self, envelopes):
        pass

    def ticked(self, active):
        pass


@pytest.fixture
async def peer(virtual):
    made = await Peer(MemoryNetwork()).listen()
    yield made
    made.network.cut()
    await turns()


@pytest.fixture
def seen():
    return []


@pytest.fixture
def connector(peer, seen):
    states = StateMachine(lambda name, error: None)
    states.move(State.CONNECTING)
    states.subscribe(lambda change: seen.append((change.state, change.address)))
    return Connector(
        peer.network,
        Owner(),
        states,
        Timeouts(handshake=5),
        Rhythm(Heartbeat()),
        tap=None,
    )


async def talker(network, said):
    """An endpoint that says something else to everybody."""

    class Talker:
        def __init__(self, transport):
            with transport.lock:
                transport.put(said)

        def data_received(self, data):
            pass

        def connection_lost(self, error):
            pass

    return (await network.listen("127.0.0.1", 0, Talker)).endpoint


async def test_addresses_are_tried_in_order(peer, connector, seen):
    http = await talker(peer.network, b"HTTP/1.1 400 Bad Request\r\n\r\n")
    link = await connector.connect(peer.destination(NOBODY, http))
    ours = peer.listener.endpoint
    assert peer.network.dialled == [NOBODY, http, ours]
    assert seen == [
        (State.HANDSHAKING, str(http)),
        (State.CONNECTING, str(ours)),
        (State.HANDSHAKING, str(ours)),
    ]
    link.end(ConnectionLost("enough"))


async def test_one_address_gives_its_own_error(peer, connector):
    await peer.listener.close()
    with pytest.raises(ConnectionFailed, match=r"^127\.0\.0\.1:\d+: Connection ref"):
        await connector.connect(peer.destination())


async def test_several_addresses_are_all_named(peer, connector):
    http = await talker(peer.network, b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await peer.listener.close()
    with pytest.raises(ConnectionFailed) as caught:
        await connector.connect(peer.destination(NOBODY, http))
    for endpoint in (NOBODY, http, peer.listener.endpoint):
        assert str(endpoint) in str(caught.value)


async def test_when_all_speak_something_else_that_is_the_error(peer, connector):
    http = await talker(peer.network, b"HTTP/1.1 400 Bad Request\r\n\r\n")
    ssh = await talker(peer.network, b"SSH-2.0-OpenSSH_9.2\r\n")
    destination = dataclasses.replace(peer.destination(), endpoints=(http, ssh))
    with pytest.raises(RemoteProtocolError, match=str(http.port)):
        await connector.connect(destination)


async def test_an_endpoint_that_says_nothing_does_not_hold_up_the_next(
    virtual, peer, connector, seen
):
    silent = await talker(peer.network, b"")
    start = virtual.now
    link = await connector.connect(peer.destination(silent))
    await turns()
    ours = peer.listener.endpoint
    assert virtual.now - start == pytest.approx(STAGGER)
    assert link.address == str(ours)
    assert "1 connections" in repr(peer.network)
    assert seen == [(State.HANDSHAKING, str(silent))]  # somebody was, throughout
    # It was slower than the next one: it is not tried first next time.
    link.end(ConnectionLost("enough"))
    again = await connector.connect(peer.destination(silent))
    assert peer.network.dialled == [silent, ours, ours]
    again.end(ConnectionLost("enough"))


async def test_three_are_in_flight_at_most(virtual, peer, connector):
    silent = [await talker(peer.network, b"") for _ in range(3)]
    start = virtual.now
    link = await connector.connect(peer.destination(*silent))
    assert virtual.now - start == pytest.approx(5, abs=0.3)  # the first gave up
    assert link.address == str(peer.listener.endpoint)
    link.end(ConnectionLost("enough"))
    await turns()
    assert "0 connections" in repr(peer.network)


async def test_one_that_failed_is_tried_after_the_others_for_a_while(
    virtual, peer, connector
):
    for _ in range(2):
        link = await connector.connect(peer.destination(NOBODY))
        link.end(ConnectionLost("enough"))
    ours = peer.listener.endpoint
    assert peer.network.dialled == [NOBODY, ours, ours]
    await virtual.advance(10 * HALF_LIFE)
    link = await connector.connect(peer.destination(NOBODY))
    assert peer.network.dialled[3:] == [NOBODY, ours]
    link.end(ConnectionLost("enough"))


async def test_the_last_of_several_handshakes_leaves_the_state(peer, connector, seen):
    """While one dials after another's handshake failed, it is connecting again."""
    http = await talker(peer.network, b"HTTP/1.1 400 Bad Request\r\n\r\n")
    hanging = Endpoint("10.0.0.9", 9)
    dial = peer.network.dial

    async def dial_or_hang(endpoint, make, *, timeout):
        if endpoint == hanging:
            await asyncio.sleep(1)
        elif endpoint == http:
            await asyncio.sleep(0.3)
        return await dial(endpoint, make, timeout=timeout)

    peer.network.dial = dial_or_hang
    destination = dataclasses.replace(peer.destination(), endpoints=(hanging, http))
    with pytest.raises(ConnectionFailed):
        await connector.connect(destination)
    assert seen == [
        (State.HANDSHAKING, str(http)),
        (State.CONNECTING, str(hanging)),
    ]


async def test_a_cancelled_handshake_leaves_no_connection(peer, connector):
    silent = await talker(peer.network, b"")
    destination = dataclasses.replace(peer.destination(), endpoints=(silent,))
    connecting = asyncio.create_task(connector.connect(destination))
    await turns()
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    await turns()
    assert "0 connections" in repr(peer.network)

import asyncio
import dataclasses

import pytest

from imnb.config import Endpoint, Heartbeat, Timeouts
from imnb.engine.connector import Connector
from imnb.engine.states import State, StateMachine
from imnb.errors import ConnectionFailed, ConnectionLost, RemoteProtocolError
from imnb.net.memory import MemoryNetwork
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
        peer.network, Owner(), states, Timeouts(handshake=5), Heartbeat(), tap=None
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

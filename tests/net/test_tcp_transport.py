"""What only a real socket can show."""

import asyncio
import contextlib
import socket
import threading
import time

import pytest

from imnb.config import Endpoint, Limits, Timeouts
from imnb.errors import ConnectionLost
from imnb.net.tcp import TcpNetwork
from imnb.net.tcp_transport import format_address
from tests.net.recorder import LINGER_0, Recorder, connected


@pytest.mark.parametrize(
    ("address", "shown"),
    [(("127.0.0.1", 80), "127.0.0.1:80"), (("::1", 80, 0, 0), "[::1]:80")],
)
def test_addresses_are_readable(address, shown):
    assert format_address(address) == shown


async def test_a_thread_sends_while_the_loop_is_frozen():
    """The point of owning the socket: the bytes leave before the loop runs."""
    async with connected(TcpNetwork()) as (near, far):
        near.send(b"first")
        # The loop stands still in here: nothing but the thread can send.
        thread = threading.Thread(target=near.send, args=(b"beat",))
        thread.start()
        thread.join()
        with socket.socket(fileno=socket.dup(far.transport._socket.fileno())) as peek:
            assert peek.recv(100, socket.MSG_PEEK) == b"firstbeat"
        assert await far.until(9) == b"firstbeat"


async def test_threads_and_the_loop_share_a_small_buffer_without_tearing():
    """Frames stay whole and in the order of the lock."""
    network = TcpNetwork(Limits(send_queue_bytes=1 << 16))
    size, per_sender = 100, 400
    async with connected(network) as (near, far):
        transport = near.transport
        transport._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        order = []

        def send(mark):
            with transport.lock:
                order.append(mark)
                transport.put(bytes([mark]) * size)

        def beats():
            for _ in range(per_sender):
                send(1)
                time.sleep(0)

        thread = threading.Thread(target=beats)
        thread.start()
        for _ in range(per_sender):
            send(2)
            await transport.drain()
        data = await far.until(2 * per_sender * size)
        thread.join()
        frames = [data[at : at + size] for at in range(0, len(data), size)]
        assert frames == [bytes([mark]) * size for mark in order]


async def test_a_reset_is_told_as_what_it_is():
    async with connected(TcpNetwork()) as (near, far):
        far.transport._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        far.transport.abort()
        assert isinstance(await near.over, ConnectionResetError)


@contextlib.asynccontextmanager
async def raw_peer(network):
    """(recorder, the peer's plain socket)."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = []

        def make(transport):
            made.append(Recorder(transport))
            return made[0]

        endpoint = Endpoint(*listening.getsockname())
        transport = await network.dial(endpoint, make, timeout=5)
        peer, _ = listening.accept()
        with peer:
            yield made[0], peer
        transport.abort()
        await transport.wait_closed()


async def test_a_peer_that_shuts_its_half_has_ended_it():
    async with raw_peer(TcpNetwork()) as (near, peer):
        peer.sendall(b"last words")
        peer.shutdown(socket.SHUT_WR)
        assert await near.over is None
        assert near.data == b"last words"
        assert peer.recv(1) == b""


async def test_a_reset_while_sending_is_told_as_what_it_is():
    async with raw_peer(TcpNetwork()) as (near, peer):
        near.transport.pause_reading()  # only sending can notice
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        peer.close()
        near.send(b"x")
        assert isinstance(await near.over, ConnectionError)
        with pytest.raises(ConnectionLost):
            await near.transport.drain()


async def test_a_thread_that_sends_into_a_reset_ends_it_on_the_loop():
    async with raw_peer(TcpNetwork()) as (near, peer):
        near.transport.pause_reading()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        peer.close()
        await asyncio.to_thread(near.send, b"x")
        assert isinstance(await near.over, ConnectionError)


@pytest.mark.parametrize("ending", ["more words", "reset", "end"])
async def test_what_the_peer_does_while_we_close_is_its_own_matter(ending):
    async with raw_peer(TcpNetwork(timeouts=Timeouts(close=60))) as (near, peer):
        near.send(b"bye")
        near.transport.close()
        assert await asyncio.to_thread(peer.recv, 100) == b"bye"
        if ending == "more words":
            peer.sendall(b"not heard")
        if ending == "reset":
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        peer.close()
        await near.transport.wait_closed()
        assert (near.losses, near.data) == ([None], b"")


async def test_closing_a_connection_that_the_peer_has_reset():
    async with raw_peer(TcpNetwork()) as (near, peer):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        peer.close()
        near.transport.close()
        await near.transport.wait_closed()
        assert near.losses == [None]


async def test_closing_is_bounded_when_the_peer_takes_nothing():
    network = TcpNetwork(Limits(send_queue_bytes=8 << 20), Timeouts(close=0.1))
    async with connected(network) as (near, far):
        far.transport.pause_reading()
        near.send(b"x" * (8 << 20))
        start = time.monotonic()
        near.transport.close()
        await near.transport.wait_closed()
        assert 0.05 < time.monotonic() - start < 2
        assert near.transport._socket.fileno() == -1


async def test_pausing_after_the_end_does_no_harm():
    async with connected(TcpNetwork()) as (near, _):
        near.transport.abort()
        near.transport.pause_reading()
        near.transport.resume_reading()
        near.transport.close()
        await near.transport.wait_closed()
        assert "over" in repr(near.transport)
        await asyncio.sleep(0)

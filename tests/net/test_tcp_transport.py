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
from tests.net.certificates import tls_network
from tests.net.recorder import LINGER_0, Recorder, connected

KINDS = pytest.mark.parametrize("kind", [TcpNetwork, tls_network])


@KINDS
async def test_a_thread_sends_while_the_loop_is_frozen(kind):
    """The point of owning the socket: the bytes leave before the loop runs."""
    async with connected(kind()) as (near, far):
        near.send(b"first")
        # The loop stands still in here: nothing but the thread can send.
        thread = threading.Thread(target=near.send, args=(b"beat",))
        thread.start()
        thread.join()
        assert near.transport.unsent == 0
        with socket.socket(fileno=socket.dup(far.transport._socket.fileno())) as peek:
            arrived = peek.recv(100, socket.MSG_PEEK)
        assert arrived == b"firstbeat" if kind is TcpNetwork else len(arrived) > 9
        assert await far.until(9) == b"firstbeat"


@KINDS
async def test_beats_between_the_halves_of_frames_tear_and_lose_none(kind):
    """A small buffer, a slow reader, and a thread that beats in the middle."""
    network = kind(Limits(send_queue_bytes=32 * 1024))
    sizes = {b"f": 3000, b"b": 29}
    async with connected(network) as (near, far):
        transport = near.transport
        transport._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        order, halves = [], []
        has_beaten, is_over = threading.Event(), threading.Event()

        def put(mark):
            order.append(mark)
            transport.put(mark * sizes[mark])

        def beat():
            while not is_over.is_set():
                with transport.lock:
                    halves.append(transport._queue.is_stuck)
                    transport.send_now()
                    if transport.unsent < 64 * 1024:
                        put(b"b")
                has_beaten.set()
                time.sleep(0.0001)  # a thread of its own: it lets the loop's go on

        thread = threading.Thread(target=beat)
        thread.start()
        for number in range(10_000):
            with transport.lock:
                put(b"f")
            await transport.drain()
            if number % 10 == 0:  # the reader is slow, and the loop runs now and then
                far.transport.pause_reading()
                has_beaten.clear()
                await asyncio.to_thread(has_beaten.wait)
                far.transport.resume_reading()
        is_over.set()
        await asyncio.to_thread(thread.join)
        expected = b"".join(mark * sizes[mark] for mark in order)
        assert await far.until(len(expected)) == expected
        assert order.count(b"b") > 500
        assert sum(halves) > 100


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


async def test_closing_is_bounded_when_the_peer_takes_nothing(virtual_io):
    network = TcpNetwork(Limits(send_queue_bytes=8 << 20), Timeouts(close=0.1))
    async with connected(network) as (near, far):
        far.transport.pause_reading()
        near.send(b"x" * (8 << 20))
        start = virtual_io.now
        near.transport.close()
        await near.transport.wait_closed()
        assert virtual_io.now - start == pytest.approx(0.1)
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


async def test_the_first_frame_leaves_at_once_and_the_others_of_a_turn_together():
    async with connected(TcpNetwork()) as (near, far):
        sends = []
        transport = near.transport
        real = transport._socket

        class Counting:
            def send(self, data):
                sends.append(bytes(data))
                return real.send(data)

            def __getattr__(self, name):
                return getattr(real, name)

        transport._socket = Counting()
        for frame in (b"one", b"two", b"three"):
            near.send(frame)
        assert sends == [b"one"]
        assert await far.until(11) == b"onetwothree"
        assert sends == [b"one", b"twothree"]
        far.send(b"answer")
        assert await near.until(6) == b"answer"
        near.send(b"four")
        assert sends[-1] == b"four"


async def test_a_reset_that_the_first_frame_meets_ends_it_after_the_turn():
    async with connected(TcpNetwork()) as (near, _):
        transport = near.transport
        transport._socket.shutdown(socket.SHUT_WR)
        near.send(b"lost")
        assert near.losses == []  # whoever sends is not called back in the middle
        await transport.wait_closed()
        assert len(near.losses) == 1

import asyncio
import threading

import pytest

from imnb.config import Heartbeat, Timeouts
from imnb.engine.link import Link, LinkState
from imnb.engine.pacing import Rhythm
from imnb.errors import (
    ConnectionFailed,
    ConnectionLost,
    HandshakeError,
    RemoteProtocolError,
)
from imnb.net.memory import MemoryNetwork
from imnb.net.tcp import TcpNetwork
from imnb.pb import session_pb2, sync_pb2
from tests.engine.peer import Peer, turns
from tests.eventually import eventually

BEATS = Heartbeat(interval=20, dead_after=10)
PING = 2


class Owner:
    def __init__(self):
        self.reads = []
        self.active = 0.0
        self._changed = asyncio.Event()

    @property
    def envelopes(self):
        return [envelope for read in self.reads for envelope in read]

    def envelopes_received(self, envelopes):
        self.reads.append(envelopes)
        self._changed.set()

    async def until(self, count):
        while len(self.envelopes) < count:
            self._changed.clear()
            await self._changed.wait()

    def ticked(self, active):
        self.active = active


@pytest.fixture
async def peer(virtual):
    made = await Peer(MemoryNetwork()).listen()
    yield made
    made.network.cut()
    await turns()


async def dial(peer, owner=None, rhythm=None):
    return await Link.dial(
        peer.network,
        peer.listener.endpoint,
        peer.codec(),
        owner or Owner(),
        rhythm=rhythm or Rhythm(BEATS),
        timeouts=Timeouts(handshake=10, close=2),
    )


async def opened(peer, owner=None):
    link = await dial(peer, owner)
    await link.wait_open()
    return link


async def test_it_opens_speaks_and_ends(peer):
    owner = Owner()
    link = await dial(peer, owner)
    assert link.state is LinkState.HANDSHAKING
    await link.wait_open()
    assert link.state is LinkState.OPEN
    link.send(1, 7, session_pb2.LoginRequest(device="d").SerializeToString())
    await turns()
    assert [one.ask_id for one in peer.last.requests] == [7]
    assert [one.ask_id for one in owner.envelopes] == [7]
    link.end(ConnectionLost("enough"), "goodbye")
    link.end(ValueError("the first reason counts"))
    link.data_received(b"what was on its way is not heard")
    await link.wait_closed()
    assert link.state is LinkState.LOST
    assert str(link.error) == "enough"
    assert peer.last.session.peer_close == "goodbye"
    assert peer.last.losses == [None]


async def test_bytes_may_come_one_at_a_time(peer):
    peer.network.weather.chunk_size = 1
    owner = Owner()
    await opened(peer, owner)
    peer.last.push(sync_pb2.EventPush(head=1), sync_pb2.EventPush(head=2))
    await turns(500)
    heads = [sync_pb2.EventPush.FromString(one.body).head for one in owner.envelopes]
    assert heads == [1, 2]


async def test_the_frames_of_one_read_come_together(peer):
    owner = Owner()
    await opened(peer, owner)
    peer.last.push(*[sync_pb2.EventPush(head=n) for n in range(100)])
    await turns()
    assert [len(read) for read in owner.reads] == [100]


async def test_a_server_that_accepts_and_says_nothing(virtual, peer):
    link = await dial(peer)
    peer.network.weather.is_held = True
    start = virtual.now
    with pytest.raises(ConnectionFailed, match=r"not answer the handshake within 10 s"):
        await link.wait_open()
    assert virtual.now - start == pytest.approx(10, abs=0.3)


async def test_a_server_that_hangs_up_gives_its_reason(peer):
    link = await dial(peer)
    peer.last.close("too many connections")
    with pytest.raises(HandshakeError, match="too many connections"):
        await link.wait_open()


async def test_after_the_handshake_the_reason_is_a_loss(peer):
    link = await opened(peer)
    peer.last.close("going down")
    await link.lost
    assert isinstance(link.error, ConnectionLost)
    assert "going down" in str(link.error)


async def test_the_last_pushes_come_before_the_end(peer):
    owner = Owner()
    link = await opened(peer, owner)
    peer.last.push(sync_pb2.EventPush(head=1))
    peer.last.close("done")
    await link.lost
    assert len(owner.envelopes) == 1


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        bytes(range(256)) * 4,
        b"\x49\x01\x01\x00\xff\xff\xff\xff",
    ],
    ids=["http", "ssh", "garbage", "4 GiB"],
)
async def test_something_else_on_the_port(peer, said):
    link = await dial(peer)
    peer.last._put(said)
    with pytest.raises(RemoteProtocolError, match=r"127\.0\.0\.1:\d+"):
        await link.wait_open()


async def test_an_altered_byte_ends_the_connection(peer):
    link = await opened(peer)
    frame = bytearray(peer.last.session.encode(64, 0, b"hello"))
    frame[-1] ^= 1
    peer.last._put(bytes(frame))
    await link.lost
    assert isinstance(link.error, RemoteProtocolError)


async def test_a_reset_is_a_loss(peer):
    link = await opened(peer)
    peer.network.cut()
    await link.lost
    assert isinstance(link.error, ConnectionLost)
    assert "reset" in str(link.error)


async def test_heartbeats_are_answered_and_measured(virtual, peer):
    owner = Owner()
    link = await opened(peer, owner)
    assert link.round_trip is None
    peer.network.weather.latency = 0.2
    await virtual.advance(61)
    assert [one.command for one in peer.last.requests] == [PING] * 3
    assert link.round_trip == pytest.approx(0.4)
    assert owner.envelopes == []
    assert len({one.ask_id for one in peer.last.requests}) == 3


async def test_a_dead_peer_is_noticed_after_an_unanswered_beat(virtual, peer):
    link = await opened(peer)
    start = virtual.now
    peer.network.weather.is_held = True
    await link.lost
    assert virtual.now - start == pytest.approx(30, abs=0.5)
    assert "heartbeat" in str(link.error)


async def test_a_peer_that_only_pushes_is_alive(virtual, peer):
    del peer.answers["Ping"]
    link = await opened(peer)
    for _ in range(40):
        await virtual.advance(5)
        peer.last.push(sync_pb2.EventPush(head=1))
    assert link.state is LinkState.OPEN


@pytest.mark.parametrize("moment", [19.95, 20.05])
async def test_a_frozen_loop_is_not_held_against_the_peer(virtual, peer, moment):
    owner = Owner()
    link = await opened(peer, owner)
    peer.network.weather.latency = 0.1
    await virtual.advance(moment)
    virtual.freeze(600)
    await virtual.advance(9)
    assert link.state is LinkState.OPEN
    assert owner.active < 30


async def test_paused_reading_is_not_held_against_the_peer(virtual, peer):
    owner = Owner()
    link = await opened(peer, owner)
    link.pause_reading()
    await virtual.advance(300)
    assert link.state is LinkState.OPEN
    # The server counts our silence: beats go on.
    assert len(peer.last.requests) in (14, 15)
    link.resume_reading()
    await virtual.advance(60)
    assert link.state is LinkState.OPEN
    assert link.round_trip is not None
    assert owner.envelopes == []


async def test_a_network_that_still_takes_bytes_is_alive(virtual, peer):
    """A beat behind much else on a slow line is not a lost beat."""
    link = await opened(peer)
    del peer.answers["Ping"]
    peer.network.weather.chunk_size = 100
    peer.last.transport.pause_reading()
    for number in range(1, 1000):
        link.send(1, number, b"x" * 100)
    for _ in range(600):
        peer.last.transport.resume_reading()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        peer.last.transport.pause_reading()
        await virtual.advance(0.1)
    assert link.state is LinkState.OPEN


async def test_threads_that_send_keep_the_order_of_nonces():
    """Also across changes of the key; one frame out of order would not decrypt."""
    peer = await Peer(TcpNetwork(), rekey_interval=7).listen()
    peer.answers.clear()
    link = await opened(peer)

    def send(first):
        for number in range(first, first + 300):
            link.send(1, number, b"x" * (number % 500))

    threads = [threading.Thread(target=send, args=(n,)) for n in (1000, 2000)]
    for thread in threads:
        thread.start()
    for number in range(3000, 3300):
        link.send(1, number, b"y")
        await asyncio.sleep(0)
    for thread in threads:
        await asyncio.to_thread(thread.join)
    await eventually(lambda: len(peer.last.requests) == 900)
    seen = [envelope.ask_id for envelope in peer.last.requests]
    for first in (1000, 2000, 3000):
        mine = [ask_id for ask_id in seen if first <= ask_id < first + 1000]
        assert mine == list(range(first, first + 300))
    link.end(ConnectionLost("enough"))
    await link.wait_closed()
    await peer.last.transport.wait_closed()
    await peer.listener.close()


async def test_nothing_is_left_of_a_link(peer):
    link = await opened(peer)
    link.end(ConnectionLost("enough"))
    await link.wait_closed()
    loop = asyncio.get_running_loop()
    assert [one for one in loop._scheduled if not one.cancelled()] == []


async def test_over_tcp_too():
    peer = await Peer(TcpNetwork()).listen()
    owner = Owner()
    link = await opened(peer, owner)
    for number in range(1, 501):
        link.send(1, number, b"x" * 1000)
    await owner.until(500)
    assert [one.ask_id for one in owner.envelopes] == list(range(1, 501))
    link.end(ConnectionLost("enough"), "bye")
    await link.wait_closed()
    await peer.last.transport.wait_closed()
    await peer.listener.close()

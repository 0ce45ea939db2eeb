"""What every transport promises, whatever carries the bytes."""

import asyncio
import contextlib
from typing import ClassVar

import pytest

from imnb.config import Endpoint, Limits
from imnb.errors import ConnectionFailed, ConnectionLost
from imnb.net.memory import MemoryNetwork
from imnb.net.tcp import TcpNetwork
from imnb.net.transport import READ_SIZE, format_address
from tests.eventually import eventually
from tests.net.certificates import tls_network
from tests.net.recorder import Recorder, connected

SMALL = Limits(send_queue_bytes=1 << 20)


@pytest.mark.parametrize(
    ("address", "shown"),
    [(("127.0.0.1", 80), "127.0.0.1:80"), (("::1", 80, 0, 0), "[::1]:80")],
)
def test_addresses_are_readable(address, shown):
    assert format_address(address) == shown


@pytest.fixture(params=[TcpNetwork, tls_network, MemoryNetwork])
def network(request):
    return request.param(SMALL)


async def test_bytes_arrive_in_order_both_ways(network):
    async with connected(network) as (near, far):
        sent = b"".join(number.to_bytes(4, "big") for number in range(100_000))
        for start in range(0, len(sent), 1000):
            near.send(sent[start : start + 1000])
        far.send(b"hello")
        assert await far.until(len(sent)) == sent
        assert await near.until(5) == b"hello"
        assert max(map(len, far.chunks)) <= READ_SIZE
        assert near.transport.unsent == 0


async def test_frames_of_one_turn_leave_together(network):
    async with connected(network) as (near, far):
        for _ in range(300):
            near.send(b"x" * 100)
        await far.until(30_000)
        assert len(far.chunks) <= 3


async def test_addresses_are_each_others(network):
    async with connected(network) as (near, far):
        assert near.transport.local_address == far.transport.peer_address
        assert near.transport.peer_address == far.transport.local_address
        assert near.transport.peer_address.startswith("127.0.0.1:")


async def test_close_delivers_what_was_put(network):
    async with connected(network) as (near, far):
        near.send(b"y" * 300_000)
        near.transport.close()
        near.send(b"too late")
        assert await far.until(300_000) == b"y" * 300_000
        assert await far.over is None
        await near.transport.wait_closed()
        assert near.losses == [None]


async def test_a_close_frame_reaches_a_peer_whose_bytes_were_never_read(network):
    async with connected(network) as (near, far):
        near.transport.pause_reading()
        far.send(b"z" * 100_000)
        await asyncio.sleep(0)
        near.send(b"goodbye")
        near.transport.close()
        assert await far.until(7) == b"goodbye"
        assert await far.over is None


async def test_the_receiver_is_told_once_and_never_inside_its_own_call(network):
    async with connected(network) as (near, far):
        near.transport.abort()
        near.transport.abort()
        assert near.losses == []
        await near.transport.wait_closed()
        assert near.losses == [None]
        await far.over
        near.send(b"into the void")
        assert near.transport.unsent == 0


async def test_nothing_is_read_while_paused(network):
    async with connected(network) as (near, far):
        far.transport.pause_reading()
        near.send(b"hello")
        for _ in range(20):
            await asyncio.sleep(0)
        assert far.data == b""
        far.transport.resume_reading()
        assert await far.until(5) == b"hello"


async def test_senders_wait_beyond_the_limit_and_go_on(network):
    async with connected(network) as (near, far):
        far.transport.pause_reading()
        turns = 0
        while near.transport.unsent < SMALL.send_queue_bytes:
            near.send(b"x" * 100_000)
            await asyncio.sleep(0)
            turns += 1
            assert turns < 1000
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await near.transport.drain()
        far.transport.resume_reading()
        await near.transport.drain()
        assert near.transport.unsent < SMALL.send_queue_bytes


async def test_who_waits_for_room_is_told_of_the_loss(network):
    async with connected(network) as (near, far):
        far.transport.pause_reading()
        while near.transport.unsent < SMALL.send_queue_bytes:
            near.send(b"x" * 100_000)
            await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(near.transport.abort)
        with pytest.raises(ConnectionLost, match=r"127\.0\.0\.1"):
            await near.transport.drain()


async def test_a_peer_that_reads_nothing_is_cut_off(network):
    async with connected(network) as (near, far):
        far.transport.pause_reading()
        turns = 0
        while not near.losses:
            near.send(b"x" * 500_000)
            await asyncio.sleep(0)
            turns += 1
            assert turns < 1000
        assert isinstance(near.losses[0], ConnectionLost)
        assert "unread" in str(near.losses[0])


async def test_dialling_where_nobody_listens(network):
    async with connected(network) as (near, _):
        host, port = near.transport.peer_address.split(":")
    with pytest.raises(ConnectionFailed, match=r"127\.0\.0\.1:\d+: Connection refused"):
        await network.dial(Endpoint(host, int(port)), Recorder, timeout=5)


async def test_a_place_is_taken_once(network):
    listener = await network.listen("127.0.0.1", 0, Recorder)
    with pytest.raises(ConnectionFailed, match="cannot listen on"):
        await network.listen("127.0.0.1", listener.endpoint.port, Recorder)
    await listener.close()
    again = await network.listen("127.0.0.1", listener.endpoint.port, Recorder)
    await again.close()
    await again.close()


class Stillborn:
    """A receiver that cannot be made."""

    def __init__(self, transport):
        self.transports.append(transport)
        raise ZeroDivisionError("a bug of the receiver")

    transports: ClassVar[list] = []


async def test_a_receiver_that_cannot_be_made_leaves_no_connection(network):
    Stillborn.transports.clear()
    accepted = []
    listener = await network.listen(
        "127.0.0.1",
        0,
        lambda transport: accepted.append(Recorder(transport)) or accepted[0],
    )
    with pytest.raises(ZeroDivisionError):
        await network.dial(listener.endpoint, Stillborn, timeout=5)
    await Stillborn.transports[0].wait_closed()
    far = await eventually(lambda: accepted and accepted[0])
    assert await far.over is None
    await listener.close()


async def test_an_accepted_connection_without_receiver_is_hung_up(network):
    Stillborn.transports.clear()
    raised = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: raised.append(context["exception"])
    )
    listener = await network.listen("127.0.0.1", 0, Stillborn)
    near = []
    with contextlib.suppress(ConnectionFailed):  # so early is it noticed under TLS
        await network.dial(
            listener.endpoint,
            lambda transport: near.append(Recorder(transport)) or near[0],
            timeout=5,
        )
        assert await near[0].over is None
    await Stillborn.transports[0].wait_closed()
    assert [type(error) for error in raised] == [ZeroDivisionError]
    await listener.close()


class Fragile(Recorder):
    def data_received(self, data):
        raise ZeroDivisionError("a bug of the receiver")


async def test_a_receiver_that_raises_ends_its_connection_only(network):
    raised = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: raised.append(context["exception"])
    )
    async with connected(network, Fragile) as (near, far):
        far.send(b"x")
        await far.over
        assert [type(error) for error in raised] == [ZeroDivisionError]
        assert [type(error) for error in near.losses] == [ZeroDivisionError]

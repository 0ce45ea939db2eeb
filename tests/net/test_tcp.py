import asyncio
import errno
import os
import socket

import pytest

from imnb.config import Endpoint
from imnb.errors import ConnectionFailed
from imnb.net import tcp
from imnb.net.tcp import TcpNetwork
from tests.net.recorder import LINGER_0, Recorder, connected


async def test_a_name_is_dialled_at_its_addresses():
    network = TcpNetwork()
    listener = await network.listen("127.0.0.1", 0, Recorder)
    there = Endpoint("localhost", listener.endpoint.port)
    transport = await network.dial(there, Recorder, timeout=5)
    transport.abort()
    await listener.close()


async def test_a_dial_that_nobody_answers_ends_in_time():
    # A full backlog: the kernel drops further attempts to connect.
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        endpoint = Endpoint(*full.getsockname())
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        await asyncio.sleep(0)
        open_before = len(os.listdir("/proc/self/fd"))
        with pytest.raises(ConnectionFailed, match=r"no answer within 0\.1 s"):
            await TcpNetwork().dial(endpoint, Recorder, timeout=0.1)
        assert len(os.listdir("/proc/self/fd")) == open_before
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".example", "a\0b", "no such"])
async def test_a_name_that_cannot_be_one(host):
    with pytest.raises(ConnectionFailed, match=r":9: .*; check the address"):
        await TcpNetwork().dial(Endpoint(host, 9), Recorder, timeout=5)
    with pytest.raises(ConnectionFailed, match="cannot listen on"):
        await TcpNetwork().listen(host, 0, Recorder)


async def test_an_address_of_another_kind_of_network_is_passed_over(monkeypatch):
    """A host without IPv6 cannot even make the socket for one."""
    real = socket.socket

    class Ipv4Only(real):
        def __init__(self, family=socket.AF_INET, *arguments, **named):
            if family == socket.AF_INET6:
                raise OSError(errno.EAFNOSUPPORT, "no IPv6")
            super().__init__(family, *arguments, **named)

    async def resolve(host, port):
        return [
            (socket.AF_INET6, ("::1", port, 0, 0)),
            (socket.AF_INET, ("127.0.0.1", port)),
        ]

    network = TcpNetwork()
    listener = await network.listen("127.0.0.1", 0, Recorder)
    monkeypatch.setattr(tcp, "_resolve", resolve)
    monkeypatch.setattr(socket, "socket", Ipv4Only)
    there = Endpoint("both.example", listener.endpoint.port)
    transport = await network.dial(there, Recorder, timeout=5)
    transport.abort()
    await transport.wait_closed()
    await listener.close()


async def test_a_connection_that_was_reset_before_it_was_accepted():
    network = TcpNetwork()
    accepted = []
    listener = await network.listen("127.0.0.1", 0, accepted.append)
    with socket.socket() as hasty:
        hasty.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        hasty.connect((listener.endpoint.host, listener.endpoint.port))
    async with connected(network):  # it is still listening
        pass
    assert accepted == []
    await listener.close()


async def test_a_cancelled_dial_leaves_no_socket(monkeypatch):
    async def never(*_):
        await asyncio.Event().wait()

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "sock_connect", never)
    before = len(os.listdir("/proc/self/fd"))
    dialling = asyncio.create_task(
        TcpNetwork().dial(Endpoint("127.0.0.1", 9), Recorder, timeout=60)
    )
    await asyncio.sleep(0)
    dialling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dialling
    assert len(os.listdir("/proc/self/fd")) == before


async def test_closing_a_listener_keeps_its_connections():
    network = TcpNetwork()
    async with connected(network) as (near, far):
        near.send(b"still here")
        assert await far.until(10) == b"still here"


async def test_without_files_the_listener_pauses_and_goes_on(monkeypatch, caplog):
    monkeypatch.setattr(tcp, "ACCEPT_PAUSE", 0.01)
    network = TcpNetwork()
    accepted = asyncio.Event()

    def accept(transport):
        accepted.set()
        return Recorder(transport)

    listener = await network.listen("127.0.0.1", 0, accept)
    real, listener._socket = listener._socket, Exhausted(listener._socket)
    transport = await network.dial(listener.endpoint, Recorder, timeout=5)
    await accepted.wait()
    assert listener._socket.refusals == 1
    assert "not accepting: Too many open files" in caplog.text
    transport.abort()
    await listener.close()
    assert real.fileno() == -1


class Exhausted:
    """A listening socket of a process that has no file left, once."""

    def __init__(self, real):
        self.real = real
        self.refusals = 0

    def __getattr__(self, name):
        return getattr(self.real, name)

    def accept(self):
        if not self.refusals:
            self.refusals += 1
            raise OSError(errno.EMFILE, "too many open files")
        return self.real.accept()

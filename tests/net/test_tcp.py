import asyncio
import errno
import os
import socket

import pytest

from imnb.config import Endpoint, Tls
from imnb.errors import ConfigError, ConnectionFailed
from imnb.net import tcp
from imnb.net.tcp import TcpNetwork
from imnb.tasks import race
from tests.eventually import eventually
from tests.net.certificates import tls_network
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


@pytest.mark.parametrize(
    ("found", "expected"),
    [("66644", "64646"), ("4466", "4646"), ("444", "444"), ("6", "6"), ("", "")],
)
def test_families_take_turns(found, expected):
    families = {"4": socket.AF_INET, "6": socket.AF_INET6}
    addresses = [(families[kind], (kind, n)) for n, kind in enumerate(found)]
    ordered = tcp._interleaved(addresses)
    assert "".join(name[0] for _, name in ordered) == expected
    for kind in "46":  # and each family keeps the resolver's order
        numbers = [number for _, (name, number) in ordered if name == kind]
        assert numbers == sorted(numbers)


async def test_an_address_that_says_nothing_does_not_hold_up_the_next(monkeypatch):
    async def resolve(host, port):
        return [(socket.AF_INET, (address, port)) for address in ("nowhere", real)]

    async def connect(family, address):
        if address[0] == "nowhere":
            await asyncio.Event().wait()
        return await connect_really(family, address)

    connect_really = tcp._connect
    network = TcpNetwork()
    listener = await network.listen("127.0.0.1", 0, Recorder)
    real = listener.endpoint.host
    monkeypatch.setattr(race, "STAGGER", 0.01)
    monkeypatch.setattr(tcp, "_resolve", resolve)
    monkeypatch.setattr(tcp, "_connect", connect)
    there = Endpoint("two.example", listener.endpoint.port)
    transport = await network.dial(there, Recorder, timeout=60)
    transport.abort()
    await transport.wait_closed()
    await listener.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_name_without_addresses_says_so(monkeypatch):
    async def resolve(host, port):
        return []

    monkeypatch.setattr(tcp, "_resolve", resolve)
    with pytest.raises(ConnectionFailed, match="the name has no address"):
        await TcpNetwork().dial(Endpoint("none.example", 9), Recorder, timeout=5)


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


@pytest.mark.parametrize(
    ("tls", "server", "said"),
    [
        (Tls(), tls_network, r"127\.0\.0\.1:\d+: the server's certificate is not tru"),
        (Tls(server_name="x.example"), tls_network, "certificate is not"),
        (Tls(), TcpNetwork, r"no TLS handshake within 0\.2 s; check whether the serv"),
        (Tls(ca_file="none.pem"), TcpNetwork, "none.pem': No such file"),
    ],
)
async def test_a_server_that_tls_refuses_is_no_connection(leftover, tls, server, said):
    listener = await server().listen("127.0.0.1", 0, Recorder)
    with pytest.raises((ConnectionFailed, ConfigError), match=said):
        await TcpNetwork(tls=tls).dial(listener.endpoint, Recorder, timeout=0.2)
    await listener.close()


@pytest.fixture
async def leftover():
    """No descriptor may be left."""
    before = len(os.listdir("/proc/self/fd"))
    yield
    await eventually(lambda: len(os.listdir("/proc/self/fd")) <= before)


async def test_a_plain_client_at_a_tls_port(leftover):
    accepted = []

    def accept(transport):
        accepted.append(Recorder(transport))
        return accepted[0]

    listener = await tls_network().listen("127.0.0.1", 0, accept)
    near = []
    await TcpNetwork().dial(
        listener.endpoint, lambda t: near.append(Recorder(t)) or near[0], timeout=5
    )
    near[0].send(b"\x49\x01\x01 no hello of TLS")
    await near[0].over
    assert "does not speak TLS" in str(await accepted[0].over)
    assert accepted[0].data == b""
    await listener.close()


class Greeter(Recorder):
    """Speaks first."""

    def __init__(self, transport):
        super().__init__(transport)
        self.send(b"welcome")


async def test_a_server_that_speaks_first_is_heard_under_tls():
    network = tls_network()
    listener = await network.listen("127.0.0.1", 0, Greeter)
    near = []
    transport = await network.dial(
        listener.endpoint, lambda t: near.append(Recorder(t)) or near[0], timeout=5
    )
    assert await near[0].until(7) == b"welcome"
    transport.close()
    await transport.wait_closed()
    await listener.close()

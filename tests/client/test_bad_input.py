"""Every wrong log-in is one clear error; it leaves nothing and loses nothing."""

import logging
import subprocess
import sys

import duckdb
import pytest

from imnb.config import Endpoint
from imnb.devserver import DevServer
from imnb.engine.states import State
from imnb.errors import (
    ConnectionFailed,
    FrameError,
    GatewayAnswerError,
    GatewayInsecure,
    GatewayUnreachable,
    HandshakeError,
    ServerKeyError,
    StoreCorrupt,
    StoreLocked,
    StoreTooNew,
    UnknownUser,
    WrongPassword,
)
from tests.client.conftest import QUICK, stores
from tests.client.strangers import (
    KEY,
    beyond_this_machine,
    free_port,
    gateway_says,
    http,
    nobody_there,
    place,
    server_says,
)
from tests.client.test_client import texts
from tests.client.test_recovery import is_sent
from tests.eventually import eventually


@pytest.fixture
async def kept(server, make):
    """The path of Alice's store, which holds a draft that was not sent."""
    async with make("alice", server) as alice:
        await alice.open_direct("bob")
        await alice.synchroniser.outbox.go_offline()
        await alice.send_text("bob", "kept", wait=False)
        return alice.db.path


@pytest.fixture
async def quiet(caplog):
    """What goes wrong beside the one error goes to the log or the loop."""
    caplog.set_level(logging.WARNING)
    yield
    assert [record.getMessage() for record in caplog.records] == []


async def refused(client, error, says, leftovers):
    """Log in, which is to fail once, clearly, and to leave nothing."""
    before = leftovers()
    with pytest.raises(error, match=says) as caught:
        await client.login()
    assert type(caught.value) is error
    assert len(str(caught.value)) < 500
    assert client.state is State.OFFLINE
    await before.check()


async def sends_the_draft(client, **login):
    await client.login(**login)
    await eventually(lambda: is_sent(client))
    assert await texts(client) == ["kept"]


HTML = b"<html><body>Welcome!</body></html>"
WEB = http(HTML, "400 Bad Request", "text/html")
IS_GATEWAY = "is this the gateway's address"
IS_RUNNING = "check the address and whether the server is running"
PORT = r"127\.0\.0\.1:\d+"
URL = rf"http://{PORT}/v1/authenticate"

ELSEWHERE = {
    "no gateway": (
        lambda: nobody_there(is_gateway=True),
        GatewayUnreachable,
        f"{URL}: Connection refused; {IS_RUNNING}",
    ),
    "a silent gateway": (
        lambda: gateway_says(None),
        GatewayUnreachable,
        f"{URL}: no answer within 3 s; {IS_RUNNING}",
    ),
    "a gateway that hangs up": (
        lambda: gateway_says(b""),
        GatewayUnreachable,
        f"{URL}: .*; {IS_RUNNING}",
    ),
    "no HTTP at the gateway": (
        lambda: gateway_says(b"SSH-2.0-OpenSSH_9.9\r\n"),
        GatewayUnreachable,
        f"{URL}: .*; check the address",
    ),
    "plain HTTP to elsewhere": (
        beyond_this_machine,
        GatewayInsecure,
        r"http://192\.0\.2\.1:8080 is plain HTTP.*Use https, or .*insecure=True",
    ),
    "HTML": (
        lambda: gateway_says(http(HTML, kind="text/html")),
        GatewayAnswerError,
        rf"{URL} answered 200 with {len(HTML)} bytes that are not JSON: {IS_GATEWAY}",
    ),
    "500": (
        lambda: gateway_says(http(b"oops", "500 Internal Server Error")),
        GatewayAnswerError,
        f"{URL} answered 500 with 4 bytes that are not JSON: {IS_GATEWAY}",
    ),
    "500 with a reason": (
        lambda: gateway_says(http({"message": "out of disk"}, "500 No")),
        GatewayAnswerError,
        f"{URL} answered 500: out of disk; check the address, and what the server",
    ),
    "a redirect": (
        lambda: gateway_says(http(b"", "302 Found\r\nLocation: http://192.0.2.1/")),
        GatewayAnswerError,
        f"{URL} answered 302 .*{IS_GATEWAY}",
    ),
    "a huge body": (
        lambda: gateway_says(http(b" " * (5 << 20))),
        GatewayAnswerError,
        f"{URL} answered with more than 4194304 bytes: {IS_GATEWAY}",
    ),
    "another JSON service": (
        lambda: gateway_says(http({"swagger": "2.0"})),
        GatewayAnswerError,
        f"http://{PORT} gave 0 endpoints, .*no token: is this an imnb gateway",
    ),
    "no TCP endpoint": (
        lambda: nobody_there(is_gateway=False),
        ConnectionFailed,
        f"{PORT}: Connection refused; {IS_RUNNING}",
    ),
    "a silent TCP endpoint": (
        lambda: server_says(None),
        ConnectionFailed,
        f"{PORT}: accepted.*handshake within 3 s; check that this is an imnb server",
    ),
    "a TCP endpoint that hangs up": (
        lambda: server_says(b""),
        ConnectionFailed,
        f"{PORT}: the server closed.*check that this is an imnb server",
    ),
    "HTTP at the TCP endpoint": (
        lambda: server_says(WEB),
        FrameError,
        f"{PORT}: no imnb frame: .*looks like HTTP; is this the right port",
    ),
    "garbage at the TCP endpoint": (
        lambda: server_says(b"\x00\x01\x02\xff garbage" * 100),
        FrameError,
        f"{PORT}: no imnb frame: .* 00 01 02 ff .*; is this the right port",
    ),
    "garbage after a good beginning": (
        lambda: server_says(b"\x49\x01\x01\x00\x00\x00\x00\x30" + bytes(48)),
        HandshakeError,
        f"{PORT}: ",
    ),
}


@pytest.mark.parametrize("case", ELSEWHERE)
async def test_something_else_is_there(case, kept, server, make, leftovers, quiet):
    where, error, says = ELSEWHERE[case]
    async with where() as environment:
        alice = make("alice", environment)
        for _ in range(2):  # the second time as the first
            await refused(alice, error, says, leftovers)
    await sends_the_draft(make("alice", server))


@pytest.mark.parametrize(
    ("user", "error", "says"),
    [
        ("alice", WrongPassword, r"password of 'alice': give the right one to login\("),
        ("zoe", UnknownUser, "no account 'zoe' on this server: check the spelling"),
    ],
)
async def test_who_is_not_let_in(
    user, error, says, kept, server, make, leftovers, quiet, tmp_path
):
    client = make(user, server, password="wrong")
    await refused(client, error, says, leftovers)
    assert stores(tmp_path) == ["local/alice/notebook.duckdb"]
    right = client if user == "alice" else make("alice", server)
    await sends_the_draft(right, password="alice")


async def test_the_same_client_finds_a_server_that_is_started_later(make, leftovers):
    port = await free_port()
    alice = make("alice", place(Endpoint("127.0.0.1", port)))
    await refused(alice, GatewayUnreachable, "whether the server is run", leftovers)
    async with DevServer(http_port=port):
        await alice.login()
        assert alice.state is State.ONLINE
        await alice.close()


async def test_a_key_that_is_not_the_pinned_one(kept, server, make, leftovers, quiet):
    alice = make("alice", server.environment(**QUICK, server_key=KEY))
    says = (
        rf"{PORT}: the expected server key is \w{{16}}, but .*server's key is \w{{16}}"
    )
    await refused(alice, ServerKeyError, says, leftovers)
    pinned = server.environment(**QUICK, server_key=server.public_key)
    await sends_the_draft(make("alice", pinned))


async def test_a_damaged_store_is_left_as_it_is(kept, server, make, leftovers, quiet):
    whole, damaged = kept.read_bytes(), b"garbage" * 1_000
    kept.write_bytes(damaged)
    says = rf"{kept} is damaged.*nothing was changed in it: move it away"
    await refused(make("alice", server), StoreCorrupt, says, leftovers)
    assert kept.read_bytes() == damaged
    kept.write_bytes(whole)
    await sends_the_draft(make("alice", server))


def set_version(path, version):
    """As a later imnb would; returns the file's bytes."""
    with duckdb.connect(str(path)) as file:
        file.execute("UPDATE meta SET value = ? WHERE key = 'version'", [version])
    return path.read_bytes()


async def test_a_store_of_a_later_version_is_left(kept, server, make, leftovers, quiet):
    with duckdb.connect(str(kept), read_only=True) as file:
        query = "SELECT value FROM meta WHERE key = 'version'"
        [(version,)] = file.execute(query).fetchall()
    later = set_version(kept, "999")
    says = rf"{kept} has version 999, .* up to {version}: .*install a newer imnb"
    await refused(make("alice", server), StoreTooNew, says, leftovers)
    assert kept.read_bytes() == later
    set_version(kept, version)
    await sends_the_draft(make("alice", server))


HOLDER = """
import asyncio, pathlib, sys
from imnb.store.database import Database
async def hold():
    database = await Database.open(pathlib.Path(sys.argv[1]), me="alice")
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await database.close()
asyncio.run(hold())
"""


@pytest.fixture
def holder(kept):
    """Another process that has Alice's store open until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(kept)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout.readline() == b"open\n"
        yield process


async def test_a_store_that_is_open_elsewhere(holder, server, make, leftovers, quiet):
    alice = make("alice", server)
    says = rf"open in another process \(pid {holder.pid} on .*close it there"
    await refused(alice, StoreLocked, says, leftovers)
    holder.communicate()
    await sends_the_draft(alice)

"""The server as a process of its own: started, used, stopped and killed."""

import argparse
import asyncio
import contextlib
import json
import signal
import subprocess
import sys
import urllib.request

import pytest

from imnb.cli.serve import add_parser
from imnb.config import Endpoint
from imnb.net.tcp import TcpNetwork
from tests.devserver.raw_client import RawClient

LAUNCH = ["-m", "imnb", "serve"]


class Served:
    """A running ``imnb serve`` and what it printed."""

    def __init__(self, process, lines):
        self.process = process
        self.gateway = lines["gateway"]
        host, _, port = lines["tcp"].rpartition(":")
        self.endpoint = Endpoint(host, int(port))
        self.key = bytes.fromhex(lines["public key"])
        self.users = lines["users"]

    async def login(self, user, password):
        body = {"user": user, "password": password, "device": "test"}
        request = urllib.request.Request(
            f"{self.gateway}/v1/authenticate", json.dumps(body).encode()
        )
        with await asyncio.to_thread(urllib.request.urlopen, request) as answer:
            token = json.load(answer)["accessToken"]
        client = await RawClient.connect(TcpNetwork(), self.endpoint, self.key)
        await client.login(user, token=token)
        return client

    async def stop(self, number):
        self.process.send_signal(number)
        out, err = await asyncio.to_thread(self.process.communicate, timeout=20)
        return self.process.returncode, out, err


@pytest.fixture
async def serve():
    with contextlib.ExitStack() as stack:

        async def start(*arguments):
            process = stack.enter_context(
                subprocess.Popen(  # noqa: ASYNC220
                    [sys.executable, "-W", "error", *LAUNCH, *arguments],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            lines = {}
            while "data" not in lines:
                line = await asyncio.to_thread(process.stdout.readline)
                assert line, process.stderr.read()
                lines[line[:11].strip()] = line[11:].strip()
            return Served(process, lines)

        yield start


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_cleanly(serve, number):
    served = await serve("--user", "alice:secret", "--user", "bob:b:c")
    assert served.users == "alice, bob"
    alice = await served.login("alice", "secret")
    bob = await served.login("bob", "b:c")
    status, out, err = await served.stop(number)
    assert (status, out) == (0, "stopped\n")
    assert "Traceback" not in err
    assert "secret" not in err
    for client in (alice, bob):
        await client.until(lambda c: c.is_over)
        assert client.session.peer_close == "the server is shutting down"


async def test_a_killed_server_knows_what_it_acknowledged(serve, tmp_path):
    path = str(tmp_path / "server.db")
    served = await serve("--data", path)
    alice = await served.login("alice", "alice")
    opened = await alice.call("OpenDirect", user_id="bob")
    room = opened.conversation.conversation_id
    acknowledged = []
    for batch in range(20):
        names = [f"{batch}-{n}" for n in range(10)]
        fields = {"conversation_id": room, "messages": alice.sent(*names)}
        if batch < 15:
            acknowledged += (await alice.call("Send", **fields)).results
        else:  # under way when the process dies
            alice.ask("Send", **fields)
    await served.stop(signal.SIGKILL)
    again = await serve("--data", path)
    assert again.key == served.key
    bob = await again.login("bob", "bob")
    history = await bob.call("History", conversation_id=room, from_seq=1, to_seq=500)
    found = [(m.client_id, m.seq) for m in history.messages]
    assert found[:150] == [(r.client_id, r.seq) for r in acknowledged]
    assert [seq for _, seq in found] == list(range(1, len(found) + 1))
    assert len({client_id for client_id, _ in found}) == len(found)
    assert (await again.stop(signal.SIGTERM))[0] == 0


async def test_an_address_that_cannot_be_used(serve):
    first = await serve()
    process = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, *LAUNCH, "--port", str(first.endpoint.port)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert process.returncode == 1
    assert process.stderr.startswith("imnb serve: cannot listen on 127.0.0.1:")
    assert "Traceback" not in process.stderr
    await first.stop(signal.SIGTERM)


@pytest.fixture
def parser():
    made = argparse.ArgumentParser()
    add_parser(made.add_subparsers(required=True))
    return made


def test_the_options(parser):
    words = "serve --host 0.0.0.0 --port 1 --http-port 2 --user a:b --data x.db"
    words += " --silence-limit 4 --tls a.pem a.key"
    args = parser.parse_args(words.split())
    assert (args.silence_limit, list(map(str, args.tls))) == (4, ["a.pem", "a.key"])
    assert (args.host, args.port, args.http_port) == ("0.0.0.0", 1, 2)
    assert (args.users, str(args.data)) == ([("a", "b")], "x.db")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--port", "70000"], "'70000' is no port"),
        (["--port", "-1"], "expected one argument|'-1' is no port"),
        (["--http-port", "x"], "'x' is no port"),
        (["--user", "alicesecret"], "give ID:PASSWORD"),
        (["--user", ":secret"], "give ID:PASSWORD"),
        (["--environment", ""], "give a name"),
        (["--silence-limit", "0"], "'0': give seconds"),
        (["--silence-limit", "nan"], "'nan': give seconds"),
        (["--silence-limit", "soon"], "'soon': give seconds"),
        (["--tls", "a.pem"], "expected 2 arguments"),
    ],
)
def test_options_that_cannot_be(parser, capsys, words, message):
    with pytest.raises(SystemExit):
        parser.parse_args(["serve", *words])
    errors = capsys.readouterr().err
    assert any(part in errors for part in message.split("|"))
    assert "alicesecret" not in errors

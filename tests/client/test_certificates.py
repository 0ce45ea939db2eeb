"""A server whose certificate is refused: said once, and tried again when told to."""

import asyncio
import contextlib

import pytest

from imnb.config import Backoff, Tls
from imnb.devserver import DevServer
from imnb.engine.states import State
from imnb.errors import CertificateError
from tests.client.conftest import QUICK
from tests.eventually import eventually
from tests.net.certificates import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@contextlib.asynccontextmanager
async def serving(files, data, at=None):
    """A server with a certificate; ``at`` is an earlier one, whose ports it takes."""
    ports = {}
    if at is not None:
        port = int(at.gateway_url.rpartition(":")[2])
        ports = {"tcp_port": at.endpoint.port, "http_port": port}
    tls = (files.certificate, files.key)
    async with DevServer(tls=tls, data=data / "server.duckdb", **ports) as server:
        yield server


async def test_a_certificate_that_expires_ends_the_session_until_the_next_log_in(
    authority, make, tmp_path
):
    good, old = authority.issue("127.0.0.1"), authority.issue("127.0.0.1", age=30)
    settings = QUICK | {"backoff": Backoff(base=0.01, cap=0.01)}
    async with serving(good, tmp_path) as server:
        tls = Tls(ca_file=authority.file)
        alice = make("alice", server.environment(tls=tls, **settings))
        await alice.login()
    changes = []
    alice.on_state(changes.append)
    async with serving(old, tmp_path, at=server):
        await eventually(lambda: alice.state is State.CLOSED)
        assert "the server's certificate has expired" in changes[-1].reason
        assert str(server.endpoint) in changes[-1].reason
        assert isinstance(alice.engine.failure, CertificateError)
        ended = len(changes)
        with pytest.raises(CertificateError, match="has expired"):
            await alice.login()
        assert [change.state for change in changes[ended:]] == [
            State.CONNECTING,
            State.CLOSED,
        ]
    async with serving(good, tmp_path, at=server):
        await alice.login()
        assert alice.state is State.ONLINE


async def test_two_environments_of_one_user_live_side_by_side(authority, make):
    async with DevServer() as here, DevServer(environment="stage") as there:
        first = make("alice", here)
        second = make("alice", there.environment(name="stage", **QUICK))
        await asyncio.gather(first.login(), second.login())
        assert (first.state, second.state) == (State.ONLINE, State.ONLINE)
        assert first.db.path != second.db.path

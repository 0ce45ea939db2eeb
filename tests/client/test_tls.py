"""A client and a server with TLS on their TCP connection."""

import pytest

from imnb.config import Tls
from imnb.devserver import DevServer
from imnb.errors import ConfigError, ConnectionFailed, ImnbError
from tests.client.conftest import QUICK
from tests.net.certificates import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def tls_server(authority):
    def make(*names):
        files = authority.issue(*names)
        return DevServer(tls=(files.certificate, files.key))

    return make


async def test_two_users_chat(tls_server, make):
    async with tls_server("127.0.0.1") as server:
        alice, bob = make("alice", server), make("bob", server)
        await alice.login()
        await bob.login()
        message = await alice.send_text("bob", "hi")
        assert message.text == "hi"


@pytest.mark.parametrize(
    ("names", "tls", "said"),
    [
        (["127.0.0.1"], Tls(), r"127.0.0.1:\d+: the server's certificate is not trus"),
        (["im.example"], "authority", r"certificate is not for '127.0.0.1'"),
        (["127.0.0.1"], Tls(ca_file="none.pem"), r"ca_file 'none.pem': No such file"),
        (["127.0.0.1"], None, r"127.0.0.1:\d+: .*TLS"),
    ],
)
async def test_what_is_wrong_is_said_at_the_log_in(
    authority, tls_server, make, names, tls, said
):
    if tls == "authority":
        tls = Tls(ca_file=authority.file)
    async with tls_server(*names) as server:
        alice = make("alice", server.environment(tls=tls, **QUICK))
        with pytest.raises(ImnbError, match=said):
            await alice.login()


async def test_a_server_without_tls_is_named(make):
    async with DevServer() as server:
        alice = make("alice", server.environment(tls=Tls(verify=False), **QUICK))
        with pytest.raises(ConnectionFailed, match="does not speak TLS at this port"):
            await alice.login()


async def test_under_another_name(authority, tls_server, make):
    async with tls_server("im.example") as server:
        tls = Tls(ca_file=authority.file, server_name="im.example")
        await make("alice", server.environment(tls=tls, **QUICK)).login()


def test_a_certificate_that_cannot_be_read(authority, tmp_path):
    with pytest.raises(ConfigError, match=r"none\.pem: no such file"):
        DevServer(tls=(tmp_path / "none.pem", tmp_path / "none.key"))

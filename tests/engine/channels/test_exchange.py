"""What goes wrong between a request and its answer, over real HTTP and HTTPS."""

import asyncio
import ssl

import pytest
from aiohttp import web

from imnb.config import Timeouts, Tls
from imnb.engine.channels import HttpChannel
from imnb.engine.requests import HttpRequest
from imnb.errors import (
    CertificateError,
    ClosedError,
    ConfigError,
    EnvironmentChanged,
    GatewayUnreachable,
)
from tests.net.certificates import Authority

HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
async def serve():
    """Serve with a certificate, or without one; gives the port."""
    runners = []

    async def start(files=None, handler=None):
        async def answer(request):
            return web.Response(text="here")

        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler or answer)
        runners.append(web.AppRunner(app, shutdown_timeout=0.1))
        await runners[-1].setup()
        context = None
        if files is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(files.certificate, files.key)
        site = web.TCPSite(runners[-1], HOST, 0, ssl_context=context)
        await site.start()
        return site._server.sockets[0].getsockname()[1]

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def channel():
    made = []

    def make(tls=None):
        made.append(HttpChannel(lambda name, error: None, Timeouts(gateway=5), tls))
        return made[-1]

    yield make
    for one in made:
        await one.close()


def get(port, scheme="https", path="/"):
    return HttpRequest("GET", f"{scheme}://{HOST}:{port}{path}?q=secret")


async def test_an_authority_of_ones_own_is_trusted(authority, serve, channel):
    port = await serve(authority.issue(HOST))
    reply = await channel(Tls(ca_file=authority.file)).call(get(port))
    assert reply.body == b"here"


NOT_TRUSTED = r"not trusted: .*; if it should be, give .*Tls\(ca_file="


@pytest.mark.parametrize(
    ("names", "age", "tls", "says"),
    [
        ([HOST], 0, None, NOT_TRUSTED),
        # The password goes this way.
        ([HOST], 0, Tls(verify=False), NOT_TRUSTED),
        (["im.example"], 0, "ours", r"not for '127.0.0.1'; .*in the gateway's URL"),
        ([HOST], 30, "ours", "has expired; renew it on the server"),
        ([HOST], -30, "ours", "is not valid yet; check this clock"),
    ],
)
async def test_a_certificate_is_refused_in_words(
    authority, serve, channel, names, age, tls, says
):
    port = await serve(authority.issue(*names, age=age))
    tls = Tls(ca_file=authority.file) if tls == "ours" else tls
    with pytest.raises(CertificateError, match=rf"https://{HOST}:{port}/: .*{says}"):
        await channel(tls).call(get(port))


async def test_no_tls_there(serve, channel):
    with pytest.raises(GatewayUnreachable, match="does not speak TLS at this port"):
        await channel().call(get(await serve()))


async def test_a_file_of_authorities_that_is_none(serve, channel, tmp_path):
    nowhere = channel(Tls(ca_file=str(tmp_path / "none.pem")))
    with pytest.raises(ConfigError, match=r"ca_file .*none\.pem': No such file"):
        await nowhere.call(get(await serve()))


@pytest.mark.parametrize("kind", [ClosedError, EnvironmentChanged])
@pytest.mark.parametrize("has_begun", [True, False])
async def test_who_waits_when_it_is_closed_is_told_so(serve, channel, kind, has_begun):
    is_here = asyncio.Event()

    async def answer(request):
        response = web.StreamResponse()
        if has_begun:
            await response.prepare(request)
            await response.write(b"some")
        is_here.set()
        await asyncio.Event().wait()

    port = await serve(handler=answer)
    over = channel()
    calling = asyncio.create_task(over.call(get(port, "http")))
    await is_here.wait()
    await over.close(kind)
    with pytest.raises(kind, match="closed before the gateway answered"):
        await calling
    with pytest.raises(kind):
        await over.call(get(port, "http"))

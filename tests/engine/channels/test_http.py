import asyncio
import dataclasses

import pytest
from aiohttp import web

from imnb.config import Timeouts
from imnb.engine.call import CallState
from imnb.engine.channels import HttpChannel
from imnb.engine.channels.token import AccessToken
from imnb.engine.requests import HttpRequest, TcpRequest
from imnb.errors import (
    ClosedError,
    ConfigError,
    GatewayAnswerError,
    GatewayUnreachable,
    WrongPassword,
)
from tests.engine.channels.watching import watch

LOGIN = TcpRequest("Login", {"token": "secret", "device": "d"})


@pytest.fixture
async def serve():
    runners = []

    async def start(handler):
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def channel():
    made = HttpChannel(lambda name, error: None, Timeouts(gateway=5))
    yield made
    await made.close()


async def test_a_frozen_loop_is_no_time_out(serve, channel, virtual_io):
    async def answer(request):
        virtual_io.freeze(0.5)
        return web.Response(text="here")

    url = await serve(answer)
    reply = await channel.call(HttpRequest("GET", url, timeout=0.3))
    assert reply.body == b"here"


async def test_json_goes_there_and_back(serve, channel):
    async def echo(request):
        return web.json_response({"got": await request.json()}, status=201)

    calls, states = watch(channel)
    url = await serve(echo)
    reply = await channel.call(HttpRequest("POST", url + "/v1?token=t", json={"a": 1}))
    assert (reply.status, reply.json()) == (201, {"got": {"a": 1}})
    assert states == ["created", "queued", "sending", "waiting", "done"]
    assert "token" not in repr(calls[0])


async def test_bytes_and_headers_go_as_they_are(serve, channel):
    async def echo(request):
        assert request.headers["X-One"] == "1"
        return web.Response(body=await request.read())

    url = await serve(echo)
    request = HttpRequest("PUT", url, body=b"\x00\x01", headers={"X-One": "1"})
    assert (await channel.call(request)).body == b"\x00\x01"


async def test_interceptors_see_http_requests_too(serve, channel):
    async def show(request):
        return web.Response(text=request.headers["Authorization"])

    def sign(call):
        call.request = dataclasses.replace(
            call.request, headers={"Authorization": "signed"}
        )

    channel.life.intercept(sign)
    assert (await channel.call(HttpRequest("GET", await serve(show)))).body == b"signed"


async def test_a_body_without_end_is_cut_off(serve, channel):
    written = 0

    async def flood(request):
        nonlocal written
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(10_000):
            await answer.write(b"x" * 10_000)
            written += 10_000
        return answer

    request = HttpRequest("GET", await serve(flood), max_answer=50_000)
    with pytest.raises(GatewayAnswerError, match="more than 50000 bytes"):
        await channel.call(request)
    assert written < 50_000_000


async def test_a_compressed_answer_is_not_inflated(serve, channel):
    async def zipped(request):
        assert request.headers["Accept-Encoding"] == "identity"
        return web.Response(
            body=b"\x1f\x8b\x08bomb", headers={"Content-Encoding": "gzip"}
        )

    reply = await channel.call(HttpRequest("GET", await serve(zipped)))
    assert reply.body == b"\x1f\x8b\x08bomb"


async def test_a_redirect_is_an_answer_and_not_followed(serve, channel):
    paths = []

    async def elsewhere(request):
        paths.append(request.path)
        raise web.HTTPFound("/other")

    reply = await channel.call(HttpRequest("GET", await serve(elsewhere)))
    assert reply.status == 302
    assert paths == ["/"]


async def test_a_server_that_does_not_answer(serve, channel):
    async def hang(request):
        await asyncio.sleep(60)

    calls, _ = watch(channel)
    request = HttpRequest("GET", await serve(hang), timeout=0.05)
    with pytest.raises(GatewayUnreachable, match=r"no answer within 0\.05 s"):
        await channel.call(request)
    assert calls[0].state is CallState.FAILED


async def test_a_server_that_is_not_there(serve, channel, unused_tcp_port):
    request = HttpRequest("GET", f"http://127.0.0.1:{unused_tcp_port}/?password=p")
    with pytest.raises(GatewayUnreachable) as caught:
        await channel.call(request)
    assert "Connection refused" in str(caught.value)
    assert "password" not in str(caught.value)


async def test_a_server_that_speaks_something_else(channel):
    async def garbage(reader, writer):
        writer.write(b"\x49\x01\x01\x00\x00\x00\x00\x00" * 10)
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(garbage, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(GatewayUnreachable, match="what it answers is not HTTP"):
        await channel.call(HttpRequest("GET", f"http://127.0.0.1:{port}"))
    server.close()
    await server.wait_closed()


class Guarded:
    """Lets in whoever has the newest token; renewing gives it."""

    def __init__(self):
        self.valid = "token-1"
        self.renewals = 0
        self.seen = []
        self.bodies = []

    async def answer(self, request):
        self.seen.append(request.headers.get("Authorization"))
        self.bodies.append(len(await request.read()))
        if self.seen[-1] != f"Bearer {self.valid}":
            raise web.HTTPUnauthorized(text="no")
        return web.Response(text="in")

    async def renew(self):
        self.renewals += 1
        await asyncio.sleep(0)
        return "token-2"


@pytest.fixture
async def guarded(serve, channel):
    it = Guarded()
    it.url = await serve(it.answer)
    channel.token = AccessToken(it.url, it.renew)
    channel.token.set("token-1")
    return it


def authorized(it, **options):
    return HttpRequest("POST", it.url, authorized=True, **options)


async def test_the_token_goes_with_requests_that_want_it(guarded, channel):
    calls, _ = watch(channel)
    assert (await channel.call(authorized(guarded))).body == b"in"
    assert (await channel.call(HttpRequest("GET", guarded.url))).status == 401
    assert guarded.seen == ["Bearer token-1", None]
    assert "token-1" not in f"{calls!r} {channel!r} {calls[0].request.headers!r}"


async def test_a_refused_token_is_renewed_once_for_all(guarded, channel):
    guarded.valid = "token-2"
    replies = await asyncio.gather(
        *(channel.call(authorized(guarded)) for _ in range(20))
    )
    assert {reply.status for reply in replies} == {200}
    assert guarded.renewals == 1


async def test_the_second_refusal_is_final(guarded, channel):
    guarded.valid = "token-9"
    calls, states = watch(channel)
    assert (await channel.call(authorized(guarded))).status == 401
    assert guarded.seen == ["Bearer token-1", "Bearer token-2"]
    assert calls[0].attempts == 2
    assert states[-5:] == ["waiting", "queued", "sending", "waiting", "done"]


async def test_no_token_to_be_had_is_told(guarded, channel):
    async def refuse():
        raise WrongPassword("no")

    channel.token = AccessToken(guarded.url, refuse)
    with pytest.raises(WrongPassword):
        await channel.call(authorized(guarded))
    channel.token = None
    with pytest.raises(ConfigError, match="no access token"):
        await channel.call(authorized(guarded))
    assert guarded.seen == []


async def test_the_body_is_begun_again_with_another_token(guarded, channel):
    guarded.valid = "token-2"

    async def read(incoming):
        return await incoming.reply()

    def begin(patience):
        return Pieces([b"x" * 70_000] * 3)

    reply = await channel.transfer(authorized(guarded), read, begin)
    assert reply.body == b"in"
    assert guarded.bodies == [210_000, 210_000]


class Pieces:
    def __init__(self, pieces):
        self._pieces = pieces

    async def __aiter__(self):
        for piece in self._pieces:
            yield piece


async def test_an_error_shows_no_token_however_it_is_looked_at(channel):
    async def garbage(reader, writer):
        writer.write(b"nonsense\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(garbage, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    channel.token = AccessToken(url, None)
    channel.token.set("token-1")
    with pytest.raises(GatewayUnreachable) as caught:
        await channel.call(HttpRequest("GET", url, authorized=True))
    error = caught.value
    assert error.__cause__ is error.__context__ is None
    assert "token-1" not in f"{error!r}"
    server.close()
    await server.wait_closed()


async def test_after_close_nothing_is_asked(channel):
    await channel.close()
    await channel.close()
    with pytest.raises(ClosedError):
        await channel.call(HttpRequest("GET", "http://127.0.0.1:1"))
    assert repr(channel) == "<HttpChannel closed>"

import asyncio
import dataclasses
import time

import pytest
from aiohttp import web

from imnb.config import Timeouts
from imnb.engine.call import CallState
from imnb.engine.channels import HttpChannel
from imnb.engine.requests import HttpRequest, TcpRequest
from imnb.errors import (
    ClosedError,
    GatewayAnswerError,
    GatewayUnreachable,
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


def freeze():
    """What a synchronous cell does."""
    time.sleep(0.5)


async def test_a_frozen_loop_is_no_time_out(serve, channel):
    async def answer(request):
        freeze()
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


async def test_after_close_nothing_is_asked(channel):
    await channel.close()
    await channel.close()
    with pytest.raises(ClosedError):
        await channel.call(HttpRequest("GET", "http://127.0.0.1:1"))
    assert repr(channel) == "<HttpChannel closed>"

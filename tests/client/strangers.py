"""What may answer where a gateway or a server was expected, byte for byte."""

import asyncio
import base64
import contextlib
import json

from imnb.config import Endpoint, Environment
from tests.client.conftest import QUICK

KEY = bytes(range(32))


class Stranger(asyncio.Protocol):
    """Says one thing to whatever it hears, and hangs up; or says nothing at all."""

    def __init__(self, answer, heard):
        self.answer = answer
        self.heard = heard

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.heard.append(data)
        if self.answer is not None:
            self.transport.write(self.answer)
            self.transport.close()
            self.answer = b""


@contextlib.asynccontextmanager
async def stranger(answer):
    """Where it listens, and the bytes that it heard; ``None`` answers nothing."""
    heard = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Stranger(answer, heard), "127.0.0.1", 0)
    try:
        yield Endpoint(*server.sockets[0].getsockname()[:2]), heard
    finally:
        server.close()


def http(body, status="200 OK", kind="application/json"):
    """An HTTP answer; what is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def ticket(*endpoints, key=KEY, token="the-token", environment="local"):
    """What a gateway answers whom it lets in."""
    return {
        "accessToken": token,
        "endpoints": [{"host": one.host, "port": one.port} for one in endpoints],
        "serverKey": base64.b64encode(key).decode(),
        "environment": environment,
    }


def heard_json(heard):
    """The body of the one request that a stranger got."""
    return json.loads(b"".join(heard).partition(b"\r\n\r\n")[2])


async def free_port():
    """A port on which nobody listens."""
    async with stranger(None) as (endpoint, _):
        return endpoint.port


def place(gateway, **options):
    return Environment(f"http://{gateway}", **QUICK, **options)


@contextlib.asynccontextmanager
async def gateway_says(answer):
    """An environment where something answers, gateway or not."""
    async with stranger(answer) as (endpoint, _):
        yield place(endpoint)


@contextlib.asynccontextmanager
async def server_says(answer):
    """An environment whose gateway is right, but not what listens for TCP."""
    async with stranger(answer) as (endpoint, _):
        async with gateway_says(http(ticket(endpoint))) as environment:
            yield environment


@contextlib.asynccontextmanager
async def nobody_there(is_gateway):
    nowhere = Endpoint("127.0.0.1", await free_port())
    if is_gateway:
        yield place(nowhere)
        return
    async with gateway_says(http(ticket(nowhere))) as environment:
        yield environment


@contextlib.asynccontextmanager
async def beyond_this_machine():
    yield place("192.0.2.1:8080")

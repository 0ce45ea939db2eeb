"""What the bench of requests compares with: a bare echo, and NATS.

``python -m tests.bench.echo`` is the bare echo's server: frames of a length and
that many bytes come back as they are. No encryption, no time-out, no names.
"""

import asyncio
import contextlib
import shutil
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from tests.bench.process import running

BODY = b"x" * 32
HEADER = struct.Struct(">I")
Ask = Callable[[], Awaitable[object]]


class EchoServer(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(data)  # type: ignore[attr-defined]


class EchoClient(asyncio.Protocol):
    """Answers come in the order of questions: a queue of futures is enough."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[bytes]] = []
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        buffer, start = self._buffer + data, 0
        while len(buffer) - start >= HEADER.size:
            end = start + HEADER.size + HEADER.unpack_from(buffer, start)[0]
            if end > len(buffer):
                break
            self._waiting.pop(0).set_result(buffer[start + HEADER.size : end])
            start = end
        self._buffer = buffer[start:]

    def ask(self) -> asyncio.Future[bytes]:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self._transport.write(HEADER.pack(len(BODY)) + BODY)  # type: ignore[attr-defined]
        return future


@contextlib.asynccontextmanager
async def bare() -> AsyncIterator[Ask]:
    """A question to the bare echo, in a process of its own."""
    with running([sys.executable, "-m", "tests.bench.echo"]) as said:
        port = int(next(said))
        loop = asyncio.get_running_loop()
        transport, client = await loop.create_connection(EchoClient, "127.0.0.1", port)
        yield client.ask
        transport.close()


@contextlib.asynccontextmanager
async def nats() -> AsyncIterator[Ask | None]:
    """A request over NATS to a responder in this process; None without a server.

    The responder's work is part of the figure, as is the server's way back: this
    is what a user of NATS has on one machine.
    """
    program = shutil.which("nats-server")
    if program is None:
        yield None
        return
    import nats as library

    with running([program, "-a", "127.0.0.1", "-p", "-1"], "stderr") as log:
        line = next(line for line in log if "Listening for client" in line)
        url = f"nats://{line.split()[-1]}"
        async with (
            await library.connect(url) as client,
            await library.connect(url) as responder,
        ):
            await responder.subscribe("echo", cb=_respond)
            # Its ping overtakes what waits to be written; the second one does not.
            await responder.flush()
            await responder.flush()
            yield lambda: client.request("echo", BODY, timeout=5)


async def _respond(message: Any) -> None:
    await message.respond(BODY)


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(EchoServer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())

"""How soon after a server is back its clients have the first new message.

Bob is logged in on many devices, each a whole client on a store of its own. The
server is closed and started again on the same ports with the same data; somebody
sends one message at once. The time runs from the start to the commit in each
store, with the default back-off.
"""

import asyncio
import contextlib
import pathlib
import statistics
import tempfile

from imnb.client.client import Client
from imnb.devserver import DevServer
from imnb.pb.chat_pb2 import OutgoingMessage
from tests.bench.report import Figure
from tests.devserver.raw_client import RawClient
from tests.eventually import eventually

DEVICES = 20
OUTAGES = (0.5, 2.0, 8.0)
"""Seconds without a server; the longer, the farther the back-off has got."""
PATIENCE = 60.0
PASSWORDS = {"alice": "alice", "bob": "bob"}


async def _outage(folder: pathlib.Path, seconds: float) -> list[float]:
    """Seconds from the server's return to the message, for each device."""
    data = folder / "server.duckdb"
    loop = asyncio.get_running_loop()
    server = await DevServer(PASSWORDS, data=data).start()
    ports = {"tcp_port": server.endpoint.port, "http_port": _port(server.gateway_url)}
    async with contextlib.AsyncExitStack() as stack:
        bobs = [
            await stack.enter_async_context(_bob(server, folder, number))
            for number in range(DEVICES)
        ]
        await bobs[0].open_direct("alice")
        await server.close()
        await asyncio.sleep(seconds)
        before = [bob.synchroniser.cursor.position for bob in bobs]
        async with DevServer(data=data, **ports) as again:
            start = loop.time()
            await _send(again)
            waits = [_arrival(bob, at) for bob, at in zip(bobs, before, strict=True)]
            return [moment - start for moment in await asyncio.gather(*waits)]


def _bob(server: DevServer, folder: pathlib.Path, number: int) -> Client:
    return Client(
        "bob",
        environment=server.environment(),
        password="bob",
        device=f"device-{number}",
        data_dir=folder,
        capture=False,
    )


async def _send(server: DevServer) -> None:
    alice = await RawClient.dial(server)
    await alice.login("alice", "script")
    messages = [OutgoingMessage(client_id="first", kind="text", text="I am back")]
    await alice.call("Send", conversation_id=1, messages=messages)
    alice.transport.abort()


async def _arrival(bob: Client, before: int) -> float:
    def is_stored() -> bool:
        moved = bob.synchroniser.cursor.position > before
        return moved and not bob.db.pending_rows

    await eventually(is_stored, PATIENCE)
    return asyncio.get_running_loop().time()


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])


def measure(count: int) -> list[Figure]:
    """One round of each outage; ``count`` is not used, devices are enough."""
    figures = []
    for seconds in OUTAGES:
        with tempfile.TemporaryDirectory(prefix="imnb-bench-") as folder:
            waits = asyncio.run(_outage(pathlib.Path(folder), seconds))
        case = f"{seconds:g} s without a server"
        figures += [
            Figure(case, "p50", statistics.median(waits), "s"),
            Figure(case, "last", max(waits), "s"),
        ]
    return figures

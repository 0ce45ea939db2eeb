"""From the server to the store: a flood, a backlog, and what a full store takes.

The flood is pushes from another process, as many a push as a busy server joins,
made durable; beside it the bare loop of `tests.bench.bare`, into DuckDB and into
the SQLite that one would take instead. The backlog is what a development server
in another process kept for a client that lost its connection: once within the
server's retention, once beyond it. For memory there is a process each that
writes a store, and that opens one.
"""

import asyncio
import pathlib
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from functools import partial

from imnb.client.client import Client
from imnb.config import Endpoint
from imnb.engine.states import State
from imnb.errors import ConnectionFailed
from imnb.net.tcp import TcpNetwork
from imnb.net.transport import Receiver, Transport
from imnb.pb.chat_pb2 import OutgoingMessage
from imnb.store.connection import Reader
from imnb.store.tables import hole
from imnb.sync.history import BACKGROUND
from tests.bench import bare, offline, receive, source
from tests.bench.process import running as process
from tests.bench.report import Figure, LagMeter
from tests.eventually import eventually

MESSAGES = 200_000
"""Of the flood; the backlog is half of it, the full store five times as much."""
CONVERSATIONS = 50
SCREEN = 30
"""Newest messages of the newest conversation."""
BATCH = 100
"""Messages of one request, one after the other in a conversation."""
IDLE = 1.0
"""Seconds that nothing happens in."""
LOOK = 0.01
"""Seconds between two looks at the store."""
PATIENCE = 300.0


def measure(messages: int) -> list[Figure]:
    """One round of all."""
    figures = [*asyncio.run(_nothing()), *_flood(messages)]
    backlog = max(messages // 2 // (CONVERSATIONS * BATCH), 1) * CONVERSATIONS * BATCH
    for name, retention in (("within", backlog * 2), ("beyond", backlog // 2)):
        case = f"{backlog:,} offline, {name} retention"
        figures += asyncio.run(_backlog(case, backlog, retention))
    return figures + _memory(messages * 5)


async def _nothing() -> list[Figure]:
    """How late a loop is that has nothing to do: what the machine adds to all."""
    lag = LagMeter()
    measuring = asyncio.create_task(lag.run())
    await asyncio.sleep(IDLE)
    measuring.cancel()
    return [
        Figure("nothing to do", f"lag p{percent}", lag.percentile(percent), "ms")
        for percent in (50, 99)
    ]


def _flood(messages: int) -> list[Figure]:
    figures = []
    for name in bare.TABLES:
        with source.running(messages, receive.JOINED) as (endpoint, key):
            figures += bare.measure(endpoint, key, messages, name)
    with source.running(messages, receive.JOINED) as (endpoint, key):
        run = receive.run("durable", endpoint, key, messages)
        return figures + asyncio.run(run)


class Line(TcpNetwork):
    """A network that can be out of order."""

    is_out = False

    async def dial(
        self,
        endpoint: Endpoint,
        make: Callable[[Transport], Receiver],
        *,
        timeout: float,
    ) -> Transport:
        if self.is_out:
            raise ConnectionFailed("the line is out of order")
        return await super().dial(endpoint, make, timeout=timeout)


async def _backlog(case: str, messages: int, retention: int) -> list[Figure]:
    with (
        offline.running(retention, CONVERSATIONS) as gateway,
        tempfile.TemporaryDirectory(prefix="imnb-bench-") as folder,
    ):
        line, place = Line(), pathlib.Path(folder)
        async with _client(offline.READER, gateway, place, line) as bob:
            line.is_out = True
            bob.engine.drop("bench")
            async with _client(offline.WRITER, gateway, place, TcpNetwork()) as alice:
                newest = await _write(alice, messages)
            line.is_out = False
            return await _catch_up(case, bob, messages, newest)


def _client(
    user: str, gateway: str, folder: pathlib.Path, network: TcpNetwork
) -> Client:
    return Client(
        user,
        environment=gateway,
        password=user,
        data_dir=folder,
        network=network,
        capture=False,
    )


async def _write(client: Client, messages: int) -> int:
    """Write to all conversations in turn; gives the one written to last."""
    rooms = [int(number) for number in (await client.conversations()).conversation_id]
    for number in range(messages // BATCH):
        room = rooms[number % CONVERSATIONS]
        some = [
            OutgoingMessage(
                client_id=str(uuid.uuid4()), kind="text", text=f"{source.TEXT}{place}"
            )
            for place in range(number * BATCH, (number + 1) * BATCH)
        ]
        await client.engine.rpc.Send(conversation_id=room, messages=some)
    return room


async def _catch_up(
    case: str, client: Client, messages: int, newest: int
) -> list[Figure]:
    """From the attempt to connect."""
    lag, start, cpu = LagMeter(), time.perf_counter(), time.process_time()
    measuring = asyncio.create_task(lag.run())
    client.engine.reconnect_now()
    is_shown = partial(
        _is_shown, conversation_id=newest, last_seq=messages // CONVERSATIONS
    )
    shown = asyncio.create_task(_when(client, is_shown))
    await eventually(lambda: client.state is State.ONLINE, PATIENCE)
    online = time.perf_counter()
    filled = await _when(client, _is_filled)
    cpu = time.process_time() - cpu
    measuring.cancel()
    return [
        Figure(case, "first screen", (await shown - start) * 1000, "ms"),
        Figure(case, "online", (online - start) * 1000, "ms"),
        Figure(case, "no holes", (filled - start) * 1000, "ms"),
        Figure(case, "CPU", cpu / messages * 1e6, "µs/message"),
        Figure(case, "lag p99", lag.percentile(99), "ms"),
    ]


async def _when(client: Client, is_so: Callable[[Reader], bool]) -> float:
    """When the store says something."""
    async with asyncio.timeout(PATIENCE):
        while not await client.db.read(is_so):  # noqa: ASYNC110
            await asyncio.sleep(LOOK)
    return time.perf_counter()


def _is_shown(reader: Reader, conversation_id: int, last_seq: int) -> bool:
    [(found,)] = reader.fetch(
        "SELECT count(*) FROM message WHERE conversation_id = ? AND seq > ?",
        [conversation_id, last_seq - SCREEN],
    )
    return int(found) == SCREEN


def _is_filled(reader: Reader) -> bool:
    """No holes near the end of conversations; others wait for who pages there."""
    return not hole.newest(reader, 1, within=BACKGROUND)


def _memory(messages: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="imnb-bench-") as folder:
        command = [sys.executable, "-m", "tests.bench.memory", folder, str(messages)]
        figures = []
        for work in ("write", "read"):
            with process([*command, work]) as said:
                for line in said:
                    what, mebibytes = line.rsplit(maxsplit=1)
                    case = f"{messages:,} stored, {what}"
                    figures.append(Figure(case, "RSS", float(mebibytes), "MiB"))
        return figures

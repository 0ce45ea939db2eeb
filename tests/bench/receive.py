"""How fast messages are received, and what each costs.

Three cases of imnb, each over TCP from another process: pushes dispatched to a
handler that counts, made into rows by the pipeline, and durable in a DuckDB
file. Beside them what a bare loop takes for the same bytes into the same table,
without imnb. Each with one event a push, and with as many as a busy server joins.
"""

import asyncio
import contextlib
import functools
import pathlib
import tempfile
import time
from collections.abc import AsyncIterator, Callable

from imnb.config import Endpoint, Limits, Timeouts
from imnb.engine.engine import Engine
from imnb.engine.plan import Destination
from imnb.models.ids import UserId
from imnb.pb.sync_pb2 import EventPush
from imnb.store.database import Database
from imnb.sync.cursor import EventCursor
from imnb.sync.pipeline import MessagePipeline
from imnb.sync.synchroniser import Synchroniser
from imnb.tasks import TaskScope
from imnb.wire.noise import Role
from imnb.wire.session import Session
from tests.bench import bare, source
from tests.bench.report import Figure, LagMeter
from tests.eventually import eventually

PATIENCE = 300.0
JOINED = 50
Progress = Callable[[], bool]


class Plan:
    """Connects to the source; log-in is not part of this."""

    def __init__(self, endpoint: Endpoint, key: bytes) -> None:
        self._endpoint = endpoint
        self._key = key
        self.synchroniser: Synchroniser | None = None

    async def prepare(self) -> Destination:
        codec = functools.partial(
            Session, Role.CLIENT, key=self._key, environment=source.ENVIRONMENT
        )
        return Destination((self._endpoint,), codec)

    async def authenticate(self) -> None:
        """Nothing to say."""

    async def synchronise(self) -> None:
        if self.synchroniser is not None:
            await self.synchroniser.synchronise(source.ENVIRONMENT, 0)


class Nowhere:
    """A store that is always done."""

    def submit(self, change: object, rows: int = 1) -> asyncio.Future[None]:
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


@contextlib.asynccontextmanager
async def dispatched(
    engine: Engine, plan: Plan, messages: int
) -> AsyncIterator[Progress]:
    count = 0

    def receive(pushes: list[EventPush]) -> None:
        nonlocal count
        count += sum(len(push.events) for push in pushes)

    engine.subscribe_batch(EventPush, receive)
    yield lambda: count >= messages


@contextlib.asynccontextmanager
async def processed(
    engine: Engine, plan: Plan, messages: int
) -> AsyncIterator[Progress]:
    cursor = EventCursor(limit=Limits().gap_buffer_events, patience=Timeouts().gap)
    clock = asyncio.get_running_loop().time
    pipeline = MessagePipeline(
        Nowhere(), cursor, clock=clock, report=engine.scope.report
    )
    engine.subscribe_batch(EventPush, pipeline.receive)
    yield lambda: cursor.position >= messages


@contextlib.asynccontextmanager
async def durable(engine: Engine, plan: Plan, messages: int) -> AsyncIterator[Progress]:
    with tempfile.TemporaryDirectory(prefix="imnb-bench-") as folder:
        path = pathlib.Path(folder) / "store.duckdb"
        database = await Database.open(path, me=UserId("bench"))
        plan.synchroniser = Synchroniser(
            engine, database, me=UserId("bench"), limits=Limits(), timeouts=Timeouts()
        )
        await plan.synchroniser.open()
        position = plan.synchroniser.cursor
        yield lambda: position.position >= messages and not database.pending_rows
        await engine.close()
        await plan.synchroniser.close()
        stored = await database.fetch("SELECT count(*) FROM message")
        assert stored == [(messages,)], stored
        await database.close()


CASES = {"dispatch": dispatched, "pipeline": processed, "durable": durable}


async def run(name: str, endpoint: Endpoint, key: bytes, messages: int) -> list[Figure]:
    engine, plan, lag = Engine(), Plan(endpoint, key), LagMeter()
    scope = TaskScope("bench")
    async with CASES[name](engine, plan, messages) as is_done:
        engine.start(plan)
        await engine.wait_online(fail_fast=True)
        scope.spawn(lag.run(), "lag")
        wall, cpu = time.perf_counter(), time.process_time()
        await engine.rpc.Ping()
        await eventually(is_done, PATIENCE)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        await scope.close()
    engine.scope.raise_errors()
    await engine.close()
    return [
        Figure(name, "messages", messages / wall, "1/s"),
        Figure(name, "CPU", cpu / messages * 1e6, "µs/message"),
        Figure(name, "lag p50", lag.percentile(50), "ms"),
        Figure(name, "lag p99", lag.percentile(99), "ms"),
    ]


def measure(messages: int) -> list[Figure]:
    """One round of all cases."""
    figures = []
    for joined in (1, JOINED):
        with source.running(messages, joined) as (endpoint, key):
            base = bare.measure(endpoint, key, messages)
        found = [base]
        for name in CASES:
            with source.running(messages, joined) as (endpoint, key):
                found.append(asyncio.run(run(name, endpoint, key, messages)))
        cost = base[1].value
        for one in found:
            ratio = Figure(one[0].case, "CPU to bare", one[1].value / cost, "ratio")
            label = f"{one[0].case}, {joined} a push"
            figures += [Figure(label, f.metric, f.value, f.unit) for f in (*one, ratio)]
    return figures

"""What a request costs: one at a time, and 100 in flight.

imnb with encryption, protobuf, names and time-outs, beside a bare asyncio echo
without any of these, and beside NATS where Debian's server is installed. The
cases take turns, so that all meet the same machine.
"""

import asyncio
import contextlib
import gc
import statistics
import time
import tracemalloc
from collections.abc import AsyncIterator

from imnb.engine.engine import Engine
from tests.bench import echo, source
from tests.bench.echo import Ask
from tests.bench.receive import Plan
from tests.bench.report import Figure
from tests.eventually import eventually

IN_FLIGHT = 100
PENDING = 1_000
CONNECTIONS = 20


@contextlib.asynccontextmanager
async def imnb() -> AsyncIterator[Ask]:
    """A Ping to a server in another process."""
    with source.running(0, 1) as (endpoint, key):
        engine = Engine()
        engine.start(Plan(endpoint, key))
        await engine.wait_online(fail_fast=True)
        yield engine.rpc.Ping
        await engine.close()


CASES = {"bare echo": echo.bare, "imnb": imnb, "nats-py": echo.nats}


async def _one_at_a_time(ask: Ask, count: int) -> list[float]:
    """Seconds of each round trip."""
    trips = []
    for _ in range(count):
        start = time.perf_counter()
        await ask()
        trips.append(time.perf_counter() - start)
    return trips


async def _together(ask: Ask, count: int) -> float:
    """Requests a second with `IN_FLIGHT` of them under way."""

    async def some() -> None:
        for _ in range(count // IN_FLIGHT):
            await ask()

    start = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(IN_FLIGHT)))
    return count / (time.perf_counter() - start)


async def _ask(name: str, count: int) -> list[Figure]:
    async with CASES[name]() as ask:
        if ask is None:
            return []
        await _one_at_a_time(ask, count // 20)  # warm
        cpu = time.process_time()
        trips = await _one_at_a_time(ask, count)
        cpu = time.process_time() - cpu
        rate = await _together(ask, count)
    cuts = statistics.quantiles(trips, n=100)
    return [
        Figure(name, "p50", cuts[49] * 1e6, "µs"),
        Figure(name, "p99", cuts[98] * 1e6, "µs"),
        Figure(name, "CPU", cpu / count * 1e6, "µs/request"),
        Figure(name, f"{IN_FLIGHT} in flight", rate, "1/s"),
    ]


async def _memory() -> list[Figure]:
    """Of Python's objects, by tracemalloc; the kernel's buffers come on top."""
    engines = []
    with source.running(0, 1) as (endpoint, key):
        tracemalloc.start()
        before = _traced()
        for _ in range(CONNECTIONS):
            engines.append(Engine())
            engines[-1].start(Plan(endpoint, key))
            await engines[-1].wait_online(fail_fast=True)
        idle = (_traced() - before) / CONNECTIONS
        asked = engines[0]
        asked.pause_reading("bench")
        before = _traced()
        async with asyncio.TaskGroup() as group:
            for _ in range(PENDING):
                group.create_task(asked.rpc.Ping())
            await eventually(lambda: asked.dispatcher.waiting == PENDING)
            pending = _traced() - before
            asked.resume_reading("bench")
        tracemalloc.stop()
        for engine in engines:
            await engine.close()
    return [
        Figure(f"{PENDING:,} pending requests", "memory", pending / 1024, "KiB"),
        Figure("one idle connection", "memory", idle / 1024, "KiB"),
    ]


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def measure(count: int) -> list[Figure]:
    """One round: each case in turn."""
    count = max(count // 10, IN_FLIGHT)
    found = {name: asyncio.run(_ask(name, count)) for name in CASES}
    bare = found["bare echo"]
    figures = []
    for name, one in found.items():
        if one:
            cost = Figure(name, "CPU to bare", one[2].value / bare[2].value, "ratio")
            rate = Figure(name, "rate to bare", one[3].value / bare[3].value, "ratio")
            figures += [*one, cost, rate]
    return [*figures, *asyncio.run(_memory())]

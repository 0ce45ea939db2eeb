"""A development server on real TCP, clients of it, and a check that nothing is left."""

import asyncio
import contextlib
import gc
import os
import pathlib
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import psutil
import pytest

from imnb.client.client import Client
from imnb.config import Backoff, Environment, Timeouts
from imnb.devserver import DevServer
from tests.clock import no_real_waits, virtual, virtual_io
from tests.eventually import eventually

__all__ = ["no_real_waits", "virtual", "virtual_io"]

QUICK = {
    "timeouts": Timeouts(
        connect=3.0, handshake=3.0, request=3.0, gateway=3.0, gap=0.1, close=0.5
    ),
    "backoff": Backoff(base=0.05, cap=0.2),
}
"""Settings with which a test of a failure does not take long."""


@pytest.fixture
async def server() -> AsyncIterator[DevServer]:
    async with DevServer() as it:
        yield it


@pytest.fixture
async def make(tmp_path) -> AsyncIterator[Callable[..., Client]]:
    """Makes clients and closes them at the end."""
    made: list[Client] = []

    def make(user: str, server: DevServer | Environment, **options: Any) -> Client:
        environment = server
        if isinstance(server, DevServer):
            environment = server.environment(**QUICK)
        options = {"password": user, "data_dir": tmp_path} | options
        made.append(Client(user, environment=environment, **options))
        return made[-1]

    yield make
    for client in made:
        await client.close()


@pytest.fixture
async def alice(server, make) -> Client:
    client = make("alice", server)
    await client.login()
    return client


def asked(client: Client, command: str) -> int:
    """How many requests of a kind a client has sent."""
    frames = client.capture.frames(where=f'command == "{command}"')
    return sum(frame.outbound for frame in frames)


def descriptors() -> list[str]:
    """What every open file of this process is."""
    if not os.path.isdir("/proc/self/fd"):
        process = psutil.Process()
        opened = [*process.open_files(), *process.net_connections()]
        return sorted(map(str, opened))
    links = []
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):
            links.append(os.readlink(f"/proc/self/fd/{number}"))
    return sorted(link for link in links if not link.startswith("/proc"))


class Leftovers:
    """What there was before; `check` wants no more than that."""

    def __init__(self) -> None:
        gc.collect()
        self.threads = set(threading.enumerate())
        self.files = descriptors()
        self.tasks = asyncio.all_tasks()

    async def check(self) -> None:
        try:
            await eventually(lambda: not self.found(), 20)
        except TimeoutError:
            pytest.fail(f"left behind: {self.found()}")

    def found(self) -> list[Any]:
        gc.collect()
        files = descriptors()
        for known in self.files:
            if known in files:
                files.remove(known)
        threads = set(threading.enumerate()) - self.threads
        return [*(asyncio.all_tasks() - self.tasks), *threads, *files]


@pytest.fixture
def leftovers() -> Callable[[], Leftovers]:
    return Leftovers


def stores(folder: pathlib.Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*.duckdb"))

"""A store in memory, a scope, and a server that answers what it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from google.protobuf.message import Message

from imnb.engine.requests import TcpRequest
from imnb.errors import NotConnected
from imnb.models.ids import UserId
from imnb.store.database import Database
from imnb.sync.cursor import EventCursor
from imnb.sync.outbox import Outbox
from imnb.sync.pipeline import MessagePipeline
from imnb.tasks import TaskScope
from tests.clock import no_real_waits, virtual, virtual_io
from tests.sync.outboxes import Accepting

__all__ = ["no_real_waits", "virtual", "virtual_io"]

Answer = Callable[[Any], Any]


class FakeStream:
    """Pages of a reset, and whether it was closed."""

    def __init__(self, pages: list[Any]) -> None:
        self.pages = pages
        self.closed = False

    def __aiter__(self) -> "FakeStream":
        return self

    async def __anext__(self) -> Any:
        if not self.pages:
            raise StopAsyncIteration
        page = self.pages.pop(0)
        if isinstance(page, Exception):
            raise page
        return page

    async def aclose(self) -> None:
        self.closed = True


class FakeServer:
    """Stands for an engine: answers by method, remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.answers: dict[str, Answer] = {}
        self.pages: list[Any] = []
        self.streams: list[FakeStream] = []

    async def call(self, request: TcpRequest) -> Message:
        self.asked.append((request.method, request.message))
        await asyncio.sleep(0)
        answer = self.answers.get(request.method)
        if answer is None:
            raise NotConnected("no answer was prepared")
        reply = answer(request.message)
        if asyncio.isfuture(reply):
            reply = await reply
        if isinstance(reply, Exception):
            raise reply
        return reply

    def stream(self, request: TcpRequest) -> Any:
        self.asked.append((request.method, request.message))
        self.streams.append(FakeStream(list(self.pages)))
        return self.streams[-1]

    def requests(self, method: str) -> list[Any]:
        return [message for name, message in self.asked if name == method]


class Reports:
    """What was reported."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, BaseException]] = []

    def __call__(self, name: str, error: BaseException) -> None:
        self.seen.append((name, error))


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    store = await Database.open(None, me=UserId("alice"))
    yield store
    await store.close()


@pytest.fixture
async def scope() -> AsyncIterator[TaskScope]:
    it = TaskScope("test")
    yield it
    await it.close()
    it.raise_errors()


@pytest.fixture
async def pipeline(database: Database, reports: Reports) -> MessagePipeline:
    cursor: EventCursor[Any] = EventCursor(limit=1_000, patience=0.5)
    clock = asyncio.get_running_loop().time
    return MessagePipeline(database, cursor, clock=clock, report=reports)


@pytest.fixture
def accepting(server: FakeServer) -> Accepting:
    server.answers["Send"] = accept = Accepting()
    return accept


@pytest.fixture
async def outbox(
    server: FakeServer, database: Database, pipeline: MessagePipeline, scope: TaskScope
) -> AsyncIterator[Outbox]:
    it = Outbox(server, database, pipeline, scope, me=UserId("alice"))
    yield it
    await it.close()

"""Fetches by key: joined, timed, told, retried."""

import asyncio

import pytest

from imnb.errors import ClosedError, ConfigError, NotConnected
from imnb.sync.fetcher import Fetcher, FetchState
from imnb.tasks import TaskScope


class Source:
    """Gives the upper-case key, when it is let."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def fetch(self, keys: list[str]) -> dict[str, str]:
        self.batches.append(keys)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return {key: key.upper() for key in keys if key != "nobody"}


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
async def fetcher(source, virtual, scope) -> Fetcher[str, str]:
    clock = asyncio.get_running_loop().time
    return Fetcher("things", source.fetch, scope=scope, clock=clock, interval=1.0)


async def test_idle_it_fetches_at_once(fetcher, source):
    assert fetcher.state is FetchState.IDLE
    assert await fetcher.get("a") == "A"
    assert await fetcher.get("nobody") is None
    assert source.batches == [["a"], ["nobody"]]


async def test_busy_it_joins_what_comes_and_keeps_the_interval(
    fetcher, source, virtual
):
    source.gate.clear()
    start = virtual.now
    first = asyncio.gather(fetcher.get("a"), fetcher.get("a"))
    await virtual.settle()
    assert fetcher.state is FetchState.RUNNING
    others = asyncio.gather(*(fetcher.get(key) for key in "abcb"))
    await virtual.settle()
    source.gate.set()
    assert await first == ["A", "A"]
    assert fetcher.state is FetchState.WAITING
    assert await others == ["A", "B", "C", "B"]
    assert source.batches == [["a"], ["b", "c"]]
    assert virtual.now - start == pytest.approx(1.0)


async def test_a_notified_key_is_fetched_again_only_for_a_newer_version(
    fetcher, source, virtual
):
    fetcher.notify("a", 3)
    await virtual.advance(2)
    for version in (1, 3):
        fetcher.notify("a", version)
    await virtual.advance(2)
    assert source.batches == [["a"]]
    fetcher.notify("a", 4)
    await virtual.advance(2)
    assert source.batches == [["a"], ["a"]]


async def test_who_waits_is_told_of_a_failure(fetcher, source):
    source.error = ConfigError("no")
    with pytest.raises(ConfigError):
        await fetcher.get("a")
    source.error = None
    assert await fetcher.get("a") == "A"


async def test_a_notified_fetch_is_retried_on_the_next_connection(
    fetcher, source, virtual
):
    source.error = NotConnected("offline")
    fetcher.notify("a", 3)
    await virtual.advance(5)
    assert source.batches == [["a"]]
    source.error = None
    fetcher.retry()
    await virtual.advance(5)
    assert source.batches == [["a"], ["a"]]
    fetcher.retry()
    await virtual.advance(5)
    assert len(source.batches) == 2


async def test_another_failure_of_a_notified_fetch_is_reported(
    source, virtual, reports
):
    scope = TaskScope("test", on_error=reports)
    clock = asyncio.get_running_loop().time
    fetcher = Fetcher("things", source.fetch, scope=scope, clock=clock)
    source.error = ConfigError("no")
    fetcher.notify("a")
    await virtual.settle()
    assert [name for name, _ in reports.seen] == ["things"]
    await scope.close()


async def test_giving_up_a_wait_leaves_nothing(fetcher, source, virtual):
    source.gate.clear()
    waiting = asyncio.ensure_future(fetcher.get("a"))
    await virtual.settle()
    waiting.cancel()
    await virtual.settle()
    source.gate.set()
    await virtual.settle()
    assert fetcher.state is FetchState.IDLE
    assert await fetcher.get("a") == "A"


async def test_closing_tells_who_waits_and_starts_nothing_more(
    fetcher, source, virtual
):
    source.gate.clear()
    waiting = asyncio.gather(fetcher.get("a"), fetcher.get("b"), return_exceptions=True)
    await virtual.settle()
    fetcher.close()
    assert [type(result) for result in await waiting] == [ClosedError, ClosedError]
    with pytest.raises(ClosedError):
        await fetcher.get("a")
    with pytest.raises(ClosedError):
        fetcher.notify("a")
    source.gate.set()
    await virtual.advance(5)
    assert source.batches == [["a"]]
    assert fetcher.state is FetchState.CLOSED


async def test_who_forces_gets_an_answer_that_was_asked_for_later(
    fetcher, source, virtual
):
    source.gate.clear()
    first = asyncio.gather(fetcher.get("a"))
    await virtual.settle()
    forced = asyncio.gather(fetcher.get("a", force=True))
    joined = asyncio.gather(fetcher.get("a"))
    await virtual.settle()
    source.gate.set()
    await first
    assert source.batches == [["a"]]
    assert not forced.done()
    assert await forced == await joined == ["A"]
    assert source.batches == [["a"], ["a"]]


async def test_closing_tells_those_who_force_too(fetcher, source, virtual):
    source.gate.clear()
    waiting = [asyncio.gather(fetcher.get("a", force=force)) for force in (0, 1)]
    await virtual.settle()
    fetcher.close()
    for one in waiting:
        with pytest.raises(ClosedError):
            await one

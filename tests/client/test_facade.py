"""Waits from another thread; those inside a cell are in tests/kernel."""

import asyncio
import copy
import functools

import pytest

from imnb.client.api.topic import Topic
from imnb.client.facade import SyncFacade
from imnb.errors import ConfigError, SyncWaitError
from imnb.tasks import EngineLoop


class Weather(Topic):
    """A group of calls."""

    async def rain(self, much):
        """Let it rain."""
        return f"{much} rain"

    def plain(self):
        """Needs no waiting."""


class Account:
    """Like a client: calls, other methods, and a property that may raise."""

    def __init__(self):
        self.calls = []

    def __repr__(self):
        return "<Account>"

    async def send(self, to, *, wait=True):
        """Send something."""
        await asyncio.sleep(0)
        self.calls.append((to, wait))
        return len(self.calls)

    async def hang(self):
        await asyncio.Event().wait()

    async def _private(self):
        """Not for others."""

    def plain(self):
        """Needs no waiting."""

    @property
    def db(self):
        raise ConfigError("not logged in")

    user = "alice"

    @functools.cached_property
    def weather(self):
        return Weather(self)

    @functools.cached_property
    def turns(self):
        return object()


@pytest.fixture
async def account():
    return Account()


@pytest.fixture
async def sync(account):
    loop = EngineLoop()
    return SyncFacade(account, lambda: loop)


async def test_a_call_waits_for_its_result(account, sync):
    assert await asyncio.to_thread(sync.send, "bob", wait=False) == 1
    assert account.calls == [("bob", False)]


async def test_a_wait_has_an_end(sync):
    with pytest.raises(TimeoutError, match=r"0\.01 s"):
        await asyncio.to_thread(sync.hang, sync_timeout=0.01)


async def test_what_takes_people_longer_has_a_longer_end(account):
    loop = EngineLoop()
    hasty = SyncFacade(account, lambda: loop, 0.01)
    with pytest.raises(TimeoutError, match=r"0\.01 s"):
        await asyncio.to_thread(hasty.hang)


async def test_the_calls_of_a_topic_wait_too(sync):
    assert await asyncio.to_thread(sync.weather.rain, "some") == "some rain"


def test_only_calls_are_offered(sync):
    assert dir(sync) == ["hang", "send", "weather"]
    assert dir(sync.weather) == ["rain"]
    assert sync.send.__doc__ == "Send something."
    assert repr(sync) == "<sync <Account>>"


@pytest.mark.parametrize("name", ["plain", "db", "nonsense", "calls", "turns"])
def test_what_is_no_call_is_an_error_that_names_the_calls(sync, name):
    with pytest.raises(
        AttributeError, match=f"no call '{name}'.*: hang, send, weather"
    ):
        getattr(sync, name)


@pytest.mark.parametrize("name", ["_private", "_repr_html_", "__deepcopy__"])
def test_private_names_are_not_passed_on(sync, name):
    assert not hasattr(sync, name)


def test_it_can_be_copied(sync):
    assert repr(copy.copy(sync)) == "<sync <Account>>"


def test_without_a_loop_nothing_is_called(account):
    def no_loop():
        raise SyncWaitError("no loop")

    with pytest.raises(SyncWaitError, match="no loop"):
        SyncFacade(account, no_loop).send("bob")
    assert account.calls == []

"""The registry with engines that only note who subscribes."""

import pytest

from imnb.engine.handlers import Handlers
from imnb.errors import ConfigError
from imnb.pb.session_pb2 import Kicked, LoginReply
from imnb.pb.sync_pb2 import EventPush
from tests.engine.peer import online, turns


class Engine:
    def __init__(self):
        self.subscribed = []

    def subscribe(self, message_type, handler, *, lane=None, behind=None):
        entry = (message_type, handler, lane, behind)
        self.subscribed.append(entry)
        return lambda: self.subscribed.remove(entry)


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def handlers(engine):
    made = Handlers()
    made.attach(engine)
    return made


def define(text):
    """A function of a notebook's cell, defined anew each time."""
    names = {"__name__": "__main__"}
    exec(f"def show(push): return {text!r}", names)
    return names["show"]


def test_a_decorated_function_is_registered_and_stays_what_it_is(handlers, engine):
    @handlers.on(EventPush, lane=len, behind=print)
    def show(push):
        return "shown"

    assert show(None) == "shown"
    assert engine.subscribed == [(EventPush, show, len, print)]
    assert repr(handlers) == "<Handlers: 1>"


def test_each_further_engine_gets_all_handlers(handlers):
    handlers.on(EventPush)(print)
    handlers.on(Kicked)(repr)
    later = Engine()
    handlers.attach(later)
    assert [entry[:2] for entry in later.subscribed] == [
        (EventPush, print),
        (Kicked, repr),
    ]
    handlers.off(print)
    assert [entry[1] for entry in later.subscribed] == [repr]


def test_before_there_is_an_engine_handlers_are_kept(engine):
    handlers = Handlers()
    handlers.on(EventPush)(print)
    handlers.attach(engine)
    assert len(engine.subscribed) == 1


def test_a_cell_that_is_run_again_replaces_its_function(handlers, engine):
    handlers.on(EventPush)(define("first"))
    second = handlers.on(EventPush)(define("second"))
    handlers.on(Kicked)(define("of another push"))
    assert len(handlers) == 2
    assert engine.subscribed[0][1] is second


def test_functions_without_a_name_of_their_own_replace_nothing(handlers):
    for number in range(3):
        handlers.on(EventPush)(lambda push, number=number: number)
    assert len(handlers) == 3


def test_off_ends_all_that_a_function_was_registered_for(handlers, engine):
    handlers.on(EventPush)(print)
    handlers.on(Kicked)(print)
    handlers.off(print)
    handlers.off(print)
    assert (len(handlers), engine.subscribed) == (0, [])


async def test_what_is_no_push_is_refused_and_not_kept(virtual):
    async with online() as (engine, _):
        handlers = Handlers()
        handlers.attach(engine)
        with pytest.raises(ConfigError, match="LoginReply"):
            handlers.on(LoginReply)(print)
        assert len(handlers) == 0


async def test_a_real_engine_calls_them(virtual):
    async with online() as (engine, peer):
        handlers, seen = Handlers(), []
        handlers.attach(engine)
        handlers.on(EventPush)(seen.append)
        peer.last.push(EventPush(head=7))
        await turns()
        handlers.off(seen.append)
        peer.last.push(EventPush(head=8))
        await turns()
        assert seen == [EventPush(head=7)]
        assert engine.notifications.unclaimed == {"EventPush": 1}

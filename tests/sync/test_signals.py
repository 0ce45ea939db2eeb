"""Typing and presence: told, forgotten in time, bounded."""

import pytest

from imnb.errors import ConfigError
from imnb.models.ids import UserId
from imnb.pb.chat_pb2 import Presence, SetTypingReply, Typing, WatchPresenceReply
from imnb.sync import signals as module
from imnb.sync.signals import Present, Signals


def typing(user="bob", room=1, is_typing=True):
    return Typing(conversation_id=room, user_id=user, is_typing=is_typing)


@pytest.fixture
async def signals(server, reports, virtual):
    server.answers["SetTyping"] = lambda _: SetTypingReply()
    server.answers["WatchPresence"] = lambda request: WatchPresenceReply(
        presences=[Presence(user_id=one, is_online=True) for one in request.user_ids]
    )
    it = Signals(server, UserId("alice"), reports)
    yield it
    it.close()


async def test_who_types_is_told_until_they_stop(signals):
    told = []
    signals.subscribe(lambda: told.append(signals.typing(1)))
    signals.typed([typing("bob"), typing("carol"), typing("alice"), typing("x", 2)])
    signals.typed([typing("bob", is_typing=False)])
    assert told == [("bob", "carol"), ("carol",)]
    assert signals.typing(2) == ("x",)


async def test_who_says_nothing_more_is_forgotten(signals, virtual):
    told = []
    unsubscribe = signals.subscribe(lambda: told.append(signals.typing(1)))
    signals.typed([typing("bob")])
    await virtual.advance(4)
    signals.typed([typing("carol")])
    await virtual.advance(4)
    assert signals.typing(1) == ("carol",)
    await virtual.advance(4)
    assert told[-2:] == [("carol",), ()]
    unsubscribe()
    signals.disconnected()
    assert told[-1] == ()


async def test_the_number_of_those_who_type_is_bounded(signals, monkeypatch, virtual):
    monkeypatch.setattr(module, "MOST", 2)
    for user in "abc":
        signals.typed([typing(user)])
        await virtual.advance(1)
    assert signals.typing(1) == ("b", "c")


async def test_my_typing_is_said_every_three_seconds_at_most(signals, server, virtual):
    for _ in range(8):
        await signals.type(1)
        await virtual.advance(1)
    await signals.type(1, is_typing=False)
    await signals.type(1, is_typing=False)
    said = [request.is_typing for request in server.requests("SetTyping")]
    assert said == [True, True, True, False]


async def test_without_a_connection_nobody_hears(signals, server):
    del server.answers["SetTyping"]
    await signals.type(1)


async def test_those_who_are_watched_are_known_until_the_connection_ends(
    signals, server
):
    await signals.watch(["bob", "carol", "bob"])
    gone = Presence(user_id="bob", last_seen_at=7)
    signals.came_or_went([gone, Presence(user_id="stranger", is_online=True)])
    assert signals.presence == {"bob": Present(False, 7), "carol": Present(True)}
    await signals.watch(["bob"])
    assert list(signals.presence) == ["bob"]
    signals.disconnected()
    assert signals.presence == {}
    await signals.connected()
    assert signals.presence == {"bob": Present(True)}
    with pytest.raises(ConfigError, match="1001 people"):
        await signals.watch(map(str, range(1001)))


async def test_a_listener_that_fails_is_reported(signals, reports):
    signals.subscribe(lambda: 1 / 0)
    seen = []
    signals.subscribe(lambda: seen.append(1))
    signals.typed([typing()])
    assert seen == [1]
    assert [name for name, _ in reports.seen] == ["a listener of signals"]

import asyncio
import os

import pytest

from imnb.config import Limits, Timeouts
from imnb.engine.pending import Strays
from imnb.engine.requests import TcpRequest
from imnb.errors import (
    CallRefused,
    CallTimeout,
    ConnectionLost,
    EnvelopeError,
    LocalProtocolError,
    NotConnected,
    TooManyCalls,
)
from imnb.pb import envelope_pb2, session_pb2
from tests.engine.peer import fill, narrow, online, turns

LOGIN = TcpRequest("Login", {"token": "t"})


@pytest.fixture
async def pair(virtual):
    async with online(
        limits=Limits(max_pending_calls=50), timeouts=Timeouts(request=10)
    ) as (engine, peer):
        peer.answers.clear()
        yield engine, peer


def ask(engine, count, **fields):
    request = TcpRequest("Login", {"token": "t"}, **fields)
    return [asyncio.create_task(engine.call(request)) for _ in range(count)]


async def test_replies_find_their_way_in_any_order(pair):
    engine, peer = pair
    tasks = ask(engine, 20)
    await turns()
    for envelope in reversed(peer.last.requests):
        answer = session_pb2.LoginReply(user_id=str(envelope.ask_id))
        peer.last.reply(envelope, answer)
    replies = await asyncio.gather(*tasks)
    assert [reply.user_id for reply in replies] == [
        str(envelope.ask_id) for envelope in peer.last.requests
    ]
    assert engine.dispatcher.waiting == 0
    assert engine.dispatcher.late == 0


async def test_no_reply_in_time(virtual, pair):
    engine, peer = pair
    start = virtual.now
    with pytest.raises(CallTimeout, match="Login: no reply within 10 s") as caught:
        await engine.call(LOGIN)
    assert caught.value.may_have_acted
    assert virtual.now - start == pytest.approx(10, abs=0.2)
    assert engine.dispatcher.waiting == 0
    peer.last.reply(peer.last.requests[0], session_pb2.LoginReply())
    await turns()
    assert engine.dispatcher.late == 1


async def test_no_time_passes_while_the_loop_is_frozen(virtual, pair):
    engine, peer = pair
    (task,) = ask(engine, 1)
    await virtual.advance(5)
    virtual.freeze(600)
    await virtual.advance(4)
    assert not task.done()
    peer.last.reply(peer.last.requests[0], session_pb2.LoginReply(user_id="alice"))
    assert (await task).user_id == "alice"


async def test_no_time_passes_while_reading_is_paused(virtual, pair):
    engine, peer = pair
    (task,) = ask(engine, 1)
    await turns()
    peer.last.reply(peer.last.requests[0], session_pb2.LoginReply(user_id="alice"))
    engine.pause_reading("store")
    await virtual.advance(300)
    assert not task.done()
    engine.resume_reading("store")
    assert (await task).user_id == "alice"


async def test_cancelling_leaves_nothing_behind(pair):
    engine, peer = pair
    tasks = ask(engine, 3)
    await turns()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert engine.dispatcher.waiting == 0
    for envelope in peer.last.requests:
        peer.last.reply(envelope, session_pb2.LoginReply())
    await turns()
    assert engine.dispatcher.late == 3


async def test_a_reply_and_a_cancel_in_the_same_turn(pair):
    engine, peer = pair
    (task,) = ask(engine, 1)
    await turns()
    envelope = envelope_pb2.Envelope(command=1, ask_id=peer.last.requests[0].ask_id)
    task.cancel()
    engine.dispatcher.answer(envelope)
    engine.dispatcher.answer(envelope)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert engine.dispatcher.waiting == 0


async def test_a_lost_connection_fails_all_that_wait(pair):
    engine, peer = pair
    tasks = ask(engine, 10)
    await turns()
    peer.network.cut()
    errors = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(error) for error in errors} == {ConnectionLost}
    assert all(error.may_have_acted for error in errors)
    assert len({id(error) for error in errors}) == 10
    assert engine.dispatcher.waiting == 0
    with pytest.raises(NotConnected, match="nothing was sent"):
        await engine.call(LOGIN)


async def test_the_bound_on_waiting_calls(pair):
    engine, peer = pair
    tasks = ask(engine, 50)
    await turns()
    with pytest.raises(TooManyCalls, match="50 calls"):
        await engine.call(LOGIN)
    tasks[0].cancel()
    await turns()
    extra = ask(engine, 1)
    await turns()
    assert len(peer.last.requests) == 51
    for task in (*tasks, *extra):
        task.cancel()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"command": 1, "status": 2, "error": "no"}, CallRefused),
        ({"command": 2}, EnvelopeError),
        ({"command": 1, "body": b"\xff"}, EnvelopeError),
    ],
)
async def test_a_bad_reply_fails_its_call_only(pair, answer, error):
    engine, peer = pair
    bad, good = ask(engine, 2)
    await turns()
    first, second = peer.last.requests
    engine.dispatcher.answer(envelope_pb2.Envelope(ask_id=first.ask_id, **answer))
    peer.last.reply(second, session_pb2.LoginReply(user_id="alice"))
    with pytest.raises(error):
        await bad
    assert (await good).user_id == "alice"


async def test_a_doubled_reply_is_counted_and_given_to_nobody(pair):
    engine, peer = pair
    first, second = ask(engine, 2)
    await turns()
    one, two = peer.last.requests
    for _ in range(3):
        peer.last.reply(one, session_pb2.LoginReply(user_id="one"))
    await turns()
    peer.last.reply(two, session_pb2.LoginReply(user_id="two"))
    assert [(await task).user_id for task in (first, second)] == ["one", "two"]
    assert engine.dispatcher.strays == Strays(doubled=2)


async def test_ask_ids_of_an_earlier_connection_are_strangers(pair):
    engine, peer = pair
    (task,) = ask(engine, 1)
    await turns()
    old = peer.last.requests[0]
    peer.network.cut()
    await asyncio.gather(task, return_exceptions=True)
    await engine.wait_online()
    peer.last.reply(old, session_pb2.LoginReply(user_id="old"))
    await turns()
    assert engine.dispatcher.strays == Strays(unknown=1)


async def test_a_reply_to_nothing_is_counted(pair):
    engine, peer = pair
    peer.last.send(1, 999)
    await turns()
    assert (engine.dispatcher.late, engine.dispatcher.unknown) == (0, 1)
    peer.network.cut()
    await turns()
    assert (engine.dispatcher.late, engine.dispatcher.unknown) == (0, 1)
    assert "0 waiting, Strays(late=0" in repr(engine.dispatcher)


async def test_a_request_that_cannot_be_sent_is_not_kept(pair):
    engine, _ = pair
    huge = TcpRequest("Login", {"token": os.urandom(2 << 20).hex()})
    with pytest.raises(LocalProtocolError, match="limit of a frame"):
        await engine.call(huge)
    assert engine.dispatcher.waiting == 0


async def test_a_call_does_not_wait_for_room_beyond_its_time(virtual):
    async with online(narrow()) as (engine, peer):
        tasks = await fill(engine, peer)
        waiting = engine.dispatcher.waiting
        queued = asyncio.create_task(engine.call(TcpRequest("Login", timeout=5)))
        stream = engine.stream(TcpRequest("Reset", timeout=5))
        first = asyncio.create_task(anext(stream))
        await virtual.advance(4)
        virtual.freeze(600)
        assert not queued.done()
        await virtual.advance(2)
        for task in (queued, first):
            with pytest.raises(CallTimeout, match="nothing was sent") as caught:
                await task
            assert not caught.value.may_have_acted
        assert engine.dispatcher.waiting == waiting
        peer.network.cut()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_call_that_is_cancelled_while_it_waits_for_room_is_forgotten(virtual):
    async with online(narrow()) as (engine, peer):
        tasks = await fill(engine, peer)
        waiting = engine.dispatcher.waiting
        queued = asyncio.create_task(engine.call(LOGIN))
        await turns()
        queued.cancel()
        with pytest.raises(asyncio.CancelledError):
            await queued
        assert engine.dispatcher.waiting == waiting
        peer.network.cut()
        await asyncio.gather(*tasks, return_exceptions=True)

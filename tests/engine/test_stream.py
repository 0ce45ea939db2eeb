import asyncio
import math

import pytest

from imnb.config import Timeouts
from imnb.engine.requests import TcpRequest
from imnb.engine.stream import FULL_AT
from imnb.errors import (
    CallError,
    CallRefused,
    CallTimeout,
    ConnectionLost,
    EnvelopeError,
    NotConnected,
)
from imnb.pb import envelope_pb2, sync_pb2
from tests.engine.peer import online, turns

RESET = TcpRequest("Reset", {"messages": 10})


@pytest.fixture
async def pair(virtual):
    async with online(timeouts=Timeouts(request=10)) as pair:
        yield pair


async def started(engine, peer, request=RESET):
    """A stream whose request has arrived, and the task that reads it first."""
    stream = engine.stream(request)
    first = asyncio.create_task(anext(stream))
    await turns()
    return stream, first, peer.last.requests[-1]


def page(number):
    return sync_pb2.ResetPage(as_of=number)


async def test_every_reply_is_given_then_it_ends(pair):
    engine, peer = pair

    def pages(connection, envelope):
        for number in range(5):
            connection.reply(envelope, page(number), more=number < 4)

    peer.answers["Reset"] = pages
    states = []
    engine.channel.life.watch(lambda call: states.append(call.state))
    assert [reply.as_of async for reply in engine.stream(RESET)] == [0, 1, 2, 3, 4]
    assert states == ["created", "queued", "sending", "waiting", "done"]
    assert engine.dispatcher.waiting == 0


async def test_nothing_is_sent_before_the_first_read(pair):
    engine, peer = pair
    stream = engine.stream(RESET)
    await turns()
    assert peer.last.requests == []
    await stream.aclose()
    assert [reply async for reply in stream] == []
    assert peer.last.requests == []


async def test_a_lost_connection_ends_it_after_what_came(pair):
    engine, peer = pair
    stream, first, envelope = await started(engine, peer)
    peer.last.reply(envelope, page(1), more=True)
    peer.last.reply(envelope, page(2), more=True)
    await turns()
    peer.network.cut()
    await turns()
    assert (await first).as_of == 1
    assert (await anext(stream)).as_of == 2
    with pytest.raises(ConnectionLost, match="reset"):
        await anext(stream)


async def test_closing_it_drops_what_still_comes(pair):
    engine, peer = pair
    states = []
    engine.channel.life.watch(lambda call: states.append(call.state))
    stream, first, envelope = await started(engine, peer)
    peer.last.reply(envelope, page(1), more=True)
    await first
    await stream.aclose()
    peer.last.reply(envelope, page(2), more=True)
    await turns()
    assert [reply async for reply in stream] == []
    assert engine.dispatcher.late == 1
    assert engine.dispatcher.waiting == 0
    assert states[-1] == "cancelled"


async def test_each_reply_must_come_in_time(virtual, pair):
    engine, peer = pair
    stream, first, envelope = await started(engine, peer)
    for number in range(5):
        await virtual.advance(8)
        peer.last.reply(envelope, page(number), more=True)
    await virtual.advance(0)
    assert (await first).as_of == 0
    await virtual.advance(11)
    received = [await anext(stream) for _ in range(4)]
    assert len(received) == 4
    with pytest.raises(CallTimeout, match="no reply within 10 s"):
        await anext(stream)
    assert engine.dispatcher.waiting == 0


async def test_one_without_limit_waits_for_ever(virtual, pair):
    engine, peer = pair
    request = TcpRequest("Reset", timeout=math.inf)
    _, first, envelope = await started(engine, peer, request)
    await virtual.advance(3600)
    peer.last.reply(envelope, page(1))
    assert (await first).as_of == 1


async def test_a_refusal_ends_it(pair):
    engine, peer = pair
    stream, first, envelope = await started(engine, peer)
    peer.last.refuse(envelope, envelope_pb2.FORBIDDEN, "no")
    with pytest.raises(CallRefused, match="Reset was refused: FORBIDDEN: no"):
        await first
    assert engine.dispatcher.waiting == 0
    assert "0 replies" in repr(stream)


async def test_a_reply_that_does_not_parse_ends_it(pair):
    engine, peer = pair
    calls = []
    engine.channel.life.watch(calls.append)
    _, first, envelope = await started(engine, peer)
    engine.dispatcher.answer(
        envelope_pb2.Envelope(
            command=envelope.command, ask_id=envelope.ask_id, body=b"\xff", more=True
        )
    )
    with pytest.raises(EnvelopeError):
        await first
    assert engine.dispatcher.waiting == 0
    assert (calls[-1].state, type(calls[-1].error)) == ("failed", EnvelopeError)


async def test_without_a_connection_nothing_is_sent(pair):
    engine, peer = pair
    peer.network.cut()
    await turns()
    stream = engine.stream(RESET)
    with pytest.raises(NotConnected):
        await anext(stream)
    assert [reply async for reply in stream] == []


async def test_a_slow_reader_makes_the_connection_wait_and_loses_nothing(pair):
    engine, peer = pair
    stream, first, envelope = await started(engine, peer)
    peer.network.weather.chunk_size = 1000
    total = 20 * FULL_AT
    for number in range(total):
        peer.last.reply(envelope, page(number), more=number < total - 1)
    await turns(2000)
    received = [(await first).as_of]
    assert len(stream._mailbox) < FULL_AT + 100
    assert peer.last.transport.unsent > 0
    async for reply in stream:
        received.append(reply.as_of)
        await asyncio.sleep(0)
    assert received == list(range(total))


async def test_a_reader_that_stopped_does_not_block_others_for_ever(virtual, pair):
    engine, peer = pair
    stream, first, envelope = await started(engine, peer)
    for number in range(3 * FULL_AT):
        peer.last.reply(envelope, page(number), more=True)
    await first
    call = asyncio.create_task(engine.call(TcpRequest("Login", {"token": "t"})))
    await virtual.advance(5)
    assert not call.done()
    await virtual.advance(6)
    assert (await call).user_id == "alice"
    with pytest.raises(CallError, match="none was read for 10 s"):
        async for _ in stream:
            pass


@pytest.mark.parametrize("end", ["last reply", "loss", "close"])
async def test_an_unread_stream_that_is_over_holds_nobody_up(pair, end):
    engine, peer = pair
    stream, first, envelope = await started(engine, peer)
    for number in range(2 * FULL_AT):
        peer.last.reply(envelope, page(number), more=True)
    await turns()
    await first
    match end:
        case "last reply":
            engine.dispatcher.answer(
                envelope_pb2.Envelope(command=envelope.command, ask_id=envelope.ask_id)
            )
        case "loss":
            peer.network.cut()
            await turns()
            await engine.wait_online()
        case "close":
            await stream.aclose()
    call = asyncio.create_task(engine.call(TcpRequest("Login", {"token": "t"})))
    await turns()
    assert call.done()


async def test_cancelling_the_reader_keeps_the_stream(pair):
    engine, peer = pair
    stream, first, envelope = await started(engine, peer)
    peer.last.reply(envelope, page(1), more=True)
    await first
    second = asyncio.create_task(anext(stream))
    await turns()
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    peer.last.reply(envelope, page(2))
    assert [reply.as_of async for reply in stream] == [2]


async def test_cancelling_while_it_is_being_sent_ends_it(pair):
    engine, peer = pair
    stream, first, _ = await held(engine)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert [reply async for reply in stream] == []
    assert peer.last.requests == []


async def test_closing_while_it_is_being_sent_sends_nothing(pair):
    engine, peer = pair
    states = []
    engine.channel.life.watch(lambda call: states.append(call.state))
    stream, first, gate = await held(engine)
    await stream.aclose()
    gate.set()
    with pytest.raises(StopAsyncIteration):
        await first
    await turns()
    assert peer.last.requests == []
    assert states[-1] == "cancelled"
    assert engine.dispatcher.waiting == 0


async def held(engine):
    """A stream that an interceptor keeps from being sent until a gate opens."""
    gate = asyncio.Event()

    async def hold(call):
        await gate.wait()

    engine.channel.life.intercept(hold)
    stream = engine.stream(RESET)
    first = asyncio.create_task(anext(stream))
    await turns()
    return stream, first, gate

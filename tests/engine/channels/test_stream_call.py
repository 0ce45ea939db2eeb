import asyncio
import dataclasses

import pytest

from imnb.engine.interceptors import Interceptor
from imnb.engine.requests import TcpRequest
from imnb.errors import CallRefused, ClosedError, ConfigError, ConnectionLost
from imnb.pb import envelope_pb2, sync_pb2
from tests.engine.channels.watching import nothing_is_left, watch
from tests.engine.peer import fill, narrow, online, turns

RESET = TcpRequest("Reset", {"messages": 10})
LASTING = dataclasses.replace(RESET, resumable=True)


@pytest.fixture
async def pair(virtual):
    async with online() as pair:
        yield pair


def page(number):
    return sync_pb2.ResetPage(as_of=number)


def asked(peer):
    """The newest Reset request, if the last connection has seen one."""
    requests = [one for one in peer.last.requests if one.command == 11]
    return requests[-1] if requests else None


async def started(engine, peer, request=LASTING):
    stream = engine.stream(request)
    first = asyncio.create_task(anext(stream))
    await turns()
    return stream, first, asked(peer)


async def reconnected(virtual, engine, peer):
    peer.network.cut()
    await turns()
    await engine.wait_online()
    await virtual.settle()


async def test_a_resumable_stream_is_asked_again_on_the_next_connection(virtual, pair):
    engine, peer = pair
    calls, states = watch(engine.channel)
    stream, first, envelope = await started(engine, peer)
    peer.last.reply(envelope, page(1), more=True)
    await turns()
    for number in (2, 3):
        await reconnected(virtual, engine, peer)
        peer.last.reply(asked(peer), page(number), more=number < 3)
        await turns()
    received = [(await first).as_of] + [reply.as_of async for reply in stream]
    assert received == [1, 2, 3]
    assert (stream.resumes, calls[0].attempts, calls[0].state) == (2, 3, "done")
    assert states.count("queued") == 3
    assert nothing_is_left(engine)


async def test_an_interceptor_may_say_where_to_go_on(virtual, pair):
    class GoOn(Interceptor):
        def retrying(self, call, error):
            assert isinstance(error, ConnectionLost)
            call.request = dataclasses.replace(call.request, message={"messages": 99})

    engine, peer = pair
    engine.channel.life.intercept(GoOn())
    stream, first, _ = await started(engine, peer)
    await reconnected(virtual, engine, peer)
    assert sync_pb2.ResetRequest.FromString(asked(peer).body).messages == 99
    first.cancel()
    await stream.aclose()
    assert nothing_is_left(engine)


async def test_it_waits_through_several_lost_connections(virtual, pair):
    engine, peer = pair
    _, first, _ = await started(engine, peer)
    await peer.listener.close()
    peer.network.cut()
    await virtual.advance(600)
    assert not first.done()
    await peer.listen(peer.listener.endpoint.port)
    await engine.wait_online()
    await virtual.settle()
    peer.last.reply(asked(peer), page(7))
    assert (await first).as_of == 7


@pytest.mark.parametrize("when", ["before the loss is seen", "while it waits"])
async def test_closing_the_engine_ends_it(virtual, when):
    async with online() as (engine, peer):
        _, first, _ = await started(engine, peer)
        if when == "while it waits":
            peer.network.cut()
            await turns()
        await engine.close()
        with pytest.raises((ClosedError, ConnectionLost)):
            await first
        assert nothing_is_left(engine)


async def test_closing_it_while_it_waits_leaves_nothing(virtual, pair):
    engine, peer = pair
    stream, first, _ = await started(engine, peer)
    peer.network.cut()
    await turns()
    assert len(engine.channel.retries) == 1
    await stream.aclose()
    await turns()
    assert nothing_is_left(engine)
    await engine.wait_online()
    await virtual.settle()
    assert asked(peer) is None
    with pytest.raises(StopAsyncIteration):
        await first


async def test_a_refusal_after_it_was_resumed_ends_it(virtual, pair):
    engine, peer = pair
    _, first, _ = await started(engine, peer)
    await reconnected(virtual, engine, peer)
    peer.last.refuse(asked(peer), envelope_pb2.FORBIDDEN, "no")
    with pytest.raises(CallRefused):
        await first


async def test_what_cannot_be_asked_again_ends_it(virtual, pair):
    class Spoil(Interceptor):
        def retrying(self, call, error):
            call.request = TcpRequest("Rest")

    engine, peer = pair
    engine.channel.life.intercept(Spoil())
    _, first, _ = await started(engine, peer)
    await reconnected(virtual, engine, peer)
    with pytest.raises(ConfigError, match="no method 'Rest'"):
        await first
    assert nothing_is_left(engine)


async def test_a_stream_holds_its_lane_until_it_is_over(virtual, pair):
    engine, peer = pair
    request = dataclasses.replace(RESET, lane="l")
    _, first, envelope = await started(engine, peer, request)
    peer.last.reply(envelope, page(1), more=True)
    call = asyncio.create_task(engine.call(TcpRequest("Login", lane="l")))
    await virtual.advance(1)
    assert not call.done()
    peer.last.reply(envelope, page(2))
    await call
    await first
    assert nothing_is_left(engine)


@pytest.mark.parametrize("place", ["interceptor", "lane", "room"])
async def test_cancelling_the_first_reading_leaves_nothing(virtual, place):
    async with online(narrow()) as (engine, peer):
        others = []
        match place:
            case "interceptor":
                engine.channel.life.intercept(lambda call: asyncio.Event().wait())
            case "lane":
                del peer.answers["Login"]
                work = engine.call(TcpRequest("Login", lane="l"))
                others = [asyncio.create_task(work)]
            case "room":
                others = await fill(engine, peer)
        _, first, _ = await started(engine, peer, dataclasses.replace(RESET, lane="l"))
        first.cancel()
        peer.network.cut()
        for other in others:
            other.cancel()
        await asyncio.gather(first, *others, return_exceptions=True)
        await virtual.settle()
        assert asked(peer) is None
        assert nothing_is_left(engine)


async def test_interceptors_hear_how_it_failed(virtual, pair):
    class Listen(Interceptor):
        def __init__(self):
            self.errors = []

        async def failed(self, call, error):
            self.errors.append(type(error))

    engine, peer = pair
    listen = Listen()
    engine.channel.life.intercept(listen)
    _, first, _ = await started(engine, peer, RESET)
    peer.network.cut()
    await asyncio.gather(first, return_exceptions=True)
    await turns()
    assert listen.errors == [ConnectionLost]


async def test_replies_may_be_given_to_a_callback(virtual, pair):
    engine, peer = pair
    seen, ends = [], []

    async def take(reply):
        seen.append(reply.as_of)
        if reply.as_of == 1:
            raise ValueError("clumsy")

    engine.listen(RESET, take, ends.append)
    await turns()
    for number in (1, 2, 3):
        peer.last.reply(asked(peer), page(number), more=number < 3)
    await turns()
    assert (seen, ends) == ([1, 2, 3], [None])
    assert [str(error) for _, error in engine.scope._errors] == ["clumsy"]
    assert nothing_is_left(engine)


async def test_a_listener_is_ended_by_its_caller(virtual, pair):
    engine, peer = pair
    seen, ends = [], []
    stop = engine.listen(RESET, lambda reply: seen.append(reply), ends.append)
    await turns()
    stop()
    await turns()
    peer.last.reply(asked(peer), page(1))
    await turns()
    assert (seen, ends) == ([], [])
    assert nothing_is_left(engine)


@pytest.mark.parametrize("told", [True, False])
async def test_a_listener_that_fails_says_so(virtual, pair, told):
    engine, peer = pair
    ends = []
    engine.listen(RESET, print, ends.append if told else None)
    await turns()
    peer.network.cut()
    await turns()
    reported = [error for _, error in engine.scope._errors]
    assert [type(error) for error in ends] == [ConnectionLost] * told
    assert [type(error) for error in reported] == [ConnectionLost] * (not told)

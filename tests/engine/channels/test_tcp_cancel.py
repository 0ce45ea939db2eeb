"""A call that hangs, at each await in turn, and is cancelled there."""

import asyncio

import pytest

from imnb.engine.interceptors import Interceptor
from imnb.engine.requests import TcpRequest
from imnb.engine.retry import Retry
from imnb.pb import envelope_pb2
from tests.engine.channels.watching import nothing_is_left
from tests.engine.peer import answer_login, fill, narrow, online, turns

HANGS = {
    "interceptor": "created",
    "lane": "queued",
    "room": "queued",
    "reply": "waiting",
    "after": "waiting",
    "on error": "waiting",
    "retry": "queued",
    "again": "queued",
}


@pytest.mark.parametrize("place", HANGS)
async def test_cancelling_leaves_nothing_wherever_a_call_hangs(virtual, place):
    network = narrow()
    async with online(network) as (engine, peer):
        others = await make_hang(place, engine, peer)
        request = TcpRequest(
            "Login",
            {"token": "me"},
            idempotent=True,
            lane="l",
            timeout=20,
            retry=Retry(),
        )
        call = asyncio.create_task(engine.call(request))
        await virtual.advance(1)
        assert engine.calls.records()[-1].state == HANGS[place]
        assert len(engine.channel.retries) == (place == "retry")
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert engine.calls.records()[0].state == "cancelled"
        network.cut()
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await virtual.settle()
        assert nothing_is_left(engine)


def refuse(connection, envelope):
    connection.refuse(envelope, envelope_pb2.FORBIDDEN, "no")


async def make_hang(place, engine, peer):
    """Whatever keeps a call from going on at ``place``; calls that hang as well."""
    life = engine.channel.life
    peer.answers["Login"] = refuse if place == "on error" else None
    match place:
        case "lane":
            return [await begun(engine, TcpRequest("Login", lane="l"))]
        case "interceptor" | "after" | "on error" | "again":
            life.intercept(Hanging(place))
            if place == "after":
                peer.answers["Login"] = answer_login
            if place == "again":
                peer.answers["Login"] = overload
        case "room":
            return await fill(engine, peer)
        case "retry":
            peer.answers["Login"] = overload
            engine.channel.retries.offline()
    return []


async def begun(engine, request):
    task = asyncio.create_task(engine.call(request))
    await turns()
    return task


def overload(connection, envelope):
    connection.refuse(envelope, envelope_pb2.OVERLOADED, "later")


class Hanging(Interceptor):
    def __init__(self, place):
        self.place = place

    def before(self, call):
        return self._hang("interceptor")

    def replied(self, call, reply):
        return self._hang("after")

    def failed(self, call, error):
        return self._hang("on error")

    def retrying(self, call, error):
        return self._hang("again")

    async def _hang(self, place):
        if place == self.place:
            await asyncio.Event().wait()

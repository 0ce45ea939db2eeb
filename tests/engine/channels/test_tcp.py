import asyncio
import dataclasses

import pytest

from imnb.engine.call import CallState
from imnb.engine.requests import TcpRequest
from imnb.errors import (
    CallRefused,
    CallTimeout,
    ConfigError,
    NotConnected,
)
from imnb.pb import envelope_pb2, session_pb2
from tests.engine.channels.watching import watch
from tests.engine.peer import fill, narrow, online, turns

LOGIN = TcpRequest("Login", {"token": "secret", "device": "d"})


async def test_a_call_goes_through_its_states(virtual):
    async with online() as (engine, peer):
        calls, states = watch(engine.channel)
        reply = await engine.call(LOGIN)
        assert reply == session_pb2.LoginReply(user_id="alice")
        assert states == ["created", "queued", "sending", "waiting", "done"]
        assert "secret" not in repr(calls[0])
        sent = session_pb2.LoginRequest.FromString(peer.last.requests[0].body)
        assert (sent.token, sent.device) == ("secret", "d")


async def test_an_interceptor_changes_what_is_sent(virtual):
    async with online() as (engine, peer):

        async def stamp(call):
            message = {**call.request.message, "client_version": "9"}
            call.request = dataclasses.replace(call.request, message=message)

        engine.channel.life.intercept(stamp)
        await engine.call(LOGIN)
        sent = session_pb2.LoginRequest.FromString(peer.last.requests[0].body)
        assert (sent.token, sent.client_version) == ("secret", "9")


async def test_an_interceptor_that_raises_stops_the_call(virtual):
    async with online() as (engine, peer):
        calls, _ = watch(engine.channel)

        def forbid(call):
            raise PermissionError("not today")

        engine.channel.life.intercept(forbid)
        with pytest.raises(PermissionError):
            await engine.call(LOGIN)
        assert peer.last.requests == []
        assert calls[0].state is CallState.FAILED


def refuse(connection, envelope):
    connection.refuse(envelope, envelope_pb2.FORBIDDEN, "no")


async def test_failures_have_their_own_final_states(virtual):
    async with online() as (engine, peer):
        calls, _ = watch(engine.channel)
        peer.answers["Login"] = refuse
        with pytest.raises(CallRefused, match="Login was refused: FORBIDDEN: no"):
            await engine.call(LOGIN)
        del peer.answers["Login"]
        with pytest.raises(CallTimeout):
            await engine.call(dataclasses.replace(LOGIN, timeout=3))
        task = asyncio.create_task(engine.call(LOGIN))
        await turns()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert [call.state for call in calls] == ["failed", "timed out", "cancelled"]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (TcpRequest("Lgin"), "no method 'Lgin'; there are: .*Login"),
        (TcpRequest("Reset"), "many replies"),
        (TcpRequest("Login", {"tokn": ""}), "no field 'tokn'; it has: token, device"),
    ],
)
async def test_wrong_requests_say_what_is_right(virtual, request_, words):
    async with online() as (engine, peer):
        with pytest.raises(ConfigError, match=words):
            await engine.call(request_)
        assert peer.last.requests == []


async def test_a_call_waits_in_the_queue_while_the_network_is_full(virtual):
    async with online(narrow()) as (engine, peer):
        tasks = await fill(engine, peer)
        calls, _ = watch(engine.channel)
        queued = asyncio.create_task(engine.call(LOGIN))
        await turns()
        assert calls[0].state is CallState.QUEUED
        peer.last.transport.resume_reading()
        await asyncio.gather(*tasks, queued)
        assert calls[0].state is CallState.DONE


async def test_a_queued_call_of_a_lost_connection_was_not_sent(virtual):
    async with online(narrow()) as (engine, peer):
        tasks = await fill(engine, peer)
        queued = asyncio.create_task(engine.call(LOGIN))
        await turns()
        peer.network.cut()
        with pytest.raises(NotConnected, match="nothing was sent"):
            await queued
        await asyncio.gather(*tasks, return_exceptions=True)


# HTTP

import asyncio
import dataclasses

import pytest

from imnb.engine.call import CallState
from imnb.engine.interceptors import CommonHeaders
from imnb.engine.requests import TcpRequest
from imnb.errors import (
    CallRefused,
    CallTimeout,
    ConfigError,
    NotConnected,
)
from imnb.pb import envelope_pb2, session_pb2
from tests.engine.channels.watching import nothing_is_left, watch
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


async def test_a_higher_priority_overtakes_what_is_queued_not_what_is_sent(virtual):
    async with online(narrow()) as (engine, peer):
        tasks = await fill(engine, peer)
        for name, priority in (("a", 0), ("b", 1), ("c", 0)):
            request = TcpRequest("Login", {"token": name}, priority=priority)
            tasks.append(asyncio.create_task(engine.call(request)))
            await turns()
        peer.last.transport.resume_reading()
        await asyncio.gather(*tasks)
        tokens = [parse(envelope).token for envelope in peer.last.requests]
        small = [token for token in tokens if len(token) == 1]
        assert small == ["b", "a", "c"]
        assert tokens.index("b") >= 1


def parse(envelope):
    return session_pb2.LoginRequest.FromString(envelope.body)


async def test_calls_of_a_lane_wait_for_each_other(virtual):
    async with online() as (engine, peer):
        del peer.answers["Login"]
        lanes = {"a1": "a", "a2": "a", "b1": "b", "x": None}
        tasks = [
            asyncio.create_task(
                engine.call(TcpRequest("Login", {"token": token}, lane=lane))
            )
            for token, lane in lanes.items()
        ]
        await turns()
        requests = peer.last.requests
        assert [parse(envelope).token for envelope in requests] == ["a1", "b1", "x"]
        peer.last.refuse(requests[0], envelope_pb2.FORBIDDEN, "no")
        await turns()
        assert parse(requests[-1]).token == "a2"
        for envelope in requests[1:]:
            peer.last.reply(envelope, session_pb2.LoginReply())
        await asyncio.gather(*tasks, return_exceptions=True)
        assert nothing_is_left(engine)


async def test_a_lane_keeps_the_order_of_calls_whatever_interceptors_take(virtual):
    async with online() as (engine, peer):
        delays = iter([5.0, 0.0])

        async def dawdle(call):
            await asyncio.sleep(next(delays))

        engine.channel.life.intercept(dawdle)
        requests = [TcpRequest("Login", {"token": t}, lane="a") for t in "12"]
        await asyncio.gather(*map(engine.call, requests))
        assert [parse(one).token for one in peer.last.requests] == ["1", "2"]


async def test_headers_go_with_the_request(virtual):
    async with online() as (engine, peer):
        engine.channel.life.intercept(CommonHeaders({"device": "d"}, lambda: "t1"))
        await engine.call(TcpRequest("Login", headers={"own": "o"}))
        sent = dict(peer.last.requests[0].headers)
        assert sent == {"device": "d", "trace-id": "t1", "own": "o"}


async def test_the_expected_reply_type_is_checked(virtual):
    async with online() as (engine, peer):
        right, wrong = session_pb2.LoginReply, session_pb2.PingReply
        reply = await engine.call(TcpRequest("Login", reply=right))
        assert isinstance(reply, right)
        with pytest.raises(ConfigError, match="with LoginReply, not PingReply"):
            await engine.call(TcpRequest("Login", reply=wrong))
        assert len(peer.last.requests) == 1


async def test_the_log_has_every_call(virtual):
    async with online() as (engine, peer):
        await engine.call(LOGIN)
        del peer.answers["Login"]
        task = asyncio.create_task(engine.call(LOGIN))
        await turns()
        done, live = engine.calls.rows()
        first = peer.last.requests[0]
        assert (done["state"], done["ask_id"]) == ("done", first.ask_id)
        assert done["sent_bytes"] == len(first.body)
        assert done["received_bytes"] > 0
        assert done["first_reply"] is not None
        assert live["state"] == "waiting"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert [row["state"] for row in engine.calls.rows()] == ["done", "cancelled"]

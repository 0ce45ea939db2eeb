"""Calls that are tried again, and what their callers are told when not."""

import asyncio
import dataclasses

import pytest

from imnb.config import Backoff
from imnb.engine.interceptors import Interceptor
from imnb.engine.requests import TcpRequest
from imnb.engine.retry import Retry, When
from imnb.errors import (
    CallRefused,
    CallTimeout,
    ClosedError,
    ConnectionLost,
    NotConnected,
)
from imnb.net.reachability import NetworkView
from imnb.pb import envelope_pb2, session_pb2, sync_pb2
from tests.engine.channels.watching import watch
from tests.engine.peer import answer_login, online, turns

RETRY = Retry()
PULL = TcpRequest("Pull", timeout=10, retry=RETRY)  # has no side effects
LOGIN = TcpRequest("Login", timeout=10, retry=RETRY)  # not said to be idempotent


def answer_pull(connection, envelope):
    connection.reply(envelope, sync_pb2.PullReply())


async def start(engine, request=PULL):
    task = asyncio.create_task(engine.call(request))
    await turns()
    return task


async def test_an_idempotent_call_survives_a_lost_connection(virtual):
    async with online() as (engine, peer):
        calls, states = watch(engine.channel)
        task = await start(engine)
        peer.answers["Pull"] = answer_pull
        peer.network.cut()
        assert await task == sync_pb2.PullReply()
        assert states.count("queued") == 2
        assert (calls[0].attempts, calls[0].state) == (2, "done")
        assert [len(one.requests) for one in peer.connections] == [1, 1]


async def test_one_that_may_have_been_carried_out_is_not_repeated(virtual):
    async with online() as (engine, peer):
        del peer.answers["Login"]
        task = await start(engine, LOGIN)
        peer.network.cut()
        with pytest.raises(ConnectionLost) as caught:
            await task
        assert caught.value.may_have_acted


async def test_one_that_was_not_sent_may_be_tried_again(virtual):
    async with online() as (engine, peer):
        peer.network.cut()
        await turns()
        assert await (await start(engine, LOGIN)) == session_pb2.LoginReply(
            user_id="alice"
        )


async def test_the_request_may_say_itself_that_it_is_idempotent(virtual):
    async with online() as (engine, peer):
        del peer.answers["Login"]
        task = await start(engine, dataclasses.replace(LOGIN, idempotent=True))
        peer.answers["Login"] = answer_login
        peer.network.cut()
        assert (await task).user_id == "alice"


async def test_without_a_policy_there_is_one_try(virtual):
    async with online() as (engine, peer):
        task = await start(engine, TcpRequest("Pull"))
        peer.network.cut()
        with pytest.raises(ConnectionLost):
            await task
        await turns()
        with pytest.raises(NotConnected) as caught:
            await engine.call(TcpRequest("Pull"))
        assert not caught.value.may_have_acted


async def test_a_time_out_is_followed_by_the_back_off(virtual):
    async with online() as (engine, peer):
        policy = Retry(When.BACKOFF, attempts=3, backoff=Backoff(base=2, cap=60))
        begin = virtual.now
        with pytest.raises(CallTimeout) as caught:
            await engine.call(dataclasses.replace(PULL, retry=policy))
        # three times 10 s, and 2 s and 4 s in between
        assert virtual.now - begin == pytest.approx(36, abs=1)
        assert sum(one.command == 10 for one in peer.last.requests) == 3
        assert caught.value.__notes__ == ["it was tried 3 times"]


async def test_an_overloaded_server_is_asked_later(virtual):
    async with online() as (engine, peer):

        def first_refuse(connection, envelope):
            peer.answers["Login"] = answer_login
            connection.refuse(envelope, envelope_pb2.OVERLOADED, "later")

        peer.answers["Login"] = first_refuse
        assert (await engine.call(LOGIN)).user_id == "alice"


async def test_what_an_earlier_try_may_have_done_is_not_forgotten(virtual):
    async with online() as (engine, peer):

        def refuse(connection, envelope):
            connection.refuse(envelope, envelope_pb2.NOT_FOUND, "gone")

        task = await start(engine)
        peer.answers["Pull"] = refuse
        peer.network.cut()
        with pytest.raises(CallRefused) as caught:
            await task
        assert caught.value.may_have_acted


async def test_another_network_is_another_chance(virtual):
    both = frozenset({"10.0.0.1", "10.9.9.9"})
    view = NetworkView(both, "10.0.0.1", "eth0")
    async with online(probe=lambda: view) as (engine, peer):
        task = await start(
            engine, dataclasses.replace(PULL, retry=Retry(When.NETWORK_CHANGE))
        )
        await virtual.advance(20)
        assert not task.done()
        peer.answers["Pull"] = answer_pull
        view = dataclasses.replace(view, default_address="10.9.9.9", interface="wlan0")
        await task
        assert len(peer.connections) == 1


async def test_it_is_not_kept_for_ever(virtual):
    async with online() as (engine, _):
        policy = Retry(When.RECONNECT, max_wait=30)
        with pytest.raises(CallTimeout) as caught:
            await engine.call(dataclasses.replace(PULL, retry=policy))
        assert caught.value.__notes__ == [
            "it is not tried again: it has waited for its tries for 30 s"
        ]


async def test_after_a_reconnect_they_go_in_order(virtual):
    async with online() as (engine, peer):
        peer.answers["Login"] = answer_login
        peer.network.cut()
        await turns()
        tasks = [
            await start(
                engine,
                dataclasses.replace(LOGIN, message={"token": t}, priority=t == "c"),
            )
            for t in "abcd"
        ]
        await asyncio.gather(*tasks)
        bodies = [one.body for one in peer.last.requests]
        tokens = [session_pb2.LoginRequest.FromString(one).token for one in bodies]
        assert tokens == ["c", "a", "b", "d"]


async def test_a_lane_waits_for_the_retry_too(virtual):
    async with online() as (engine, peer):
        del peer.answers["Login"]
        again = dataclasses.replace(LOGIN, idempotent=True, lane="l")
        tasks = [
            await start(engine, dataclasses.replace(again, message={"token": t}))
            for t in "ab"
        ]
        peer.answers["Login"] = answer_login
        peer.network.cut()
        await asyncio.gather(*tasks)
        bodies = [one.body for one in peer.last.requests]
        tokens = [session_pb2.LoginRequest.FromString(one).token for one in bodies]
        assert tokens == ["a", "b"]


async def test_closing_empties_the_queue_with_a_clear_error(virtual):
    async with online() as (engine, peer):
        sent = await start(engine)
        peer.network.cut()
        await turns()
        unsent = await start(engine, LOGIN)
        assert len(engine.channel.retries) == 2
        assert "2 to be tried again" in repr(engine.channel)
        await engine.close()
        for task, acted in ((sent, True), (unsent, False)):
            with pytest.raises(
                ClosedError, match=r"session is over .*no other"
            ) as caught:
                await task
            assert caught.value.may_have_acted is acted
        assert len(engine.channel.retries) == 0


async def test_a_call_that_fails_by_the_close_itself_is_not_kept_either(virtual):
    async with online() as (engine, _):
        task = await start(engine)
        await engine.close()
        with pytest.raises((ClosedError, ConnectionLost)):
            await task
        assert len(engine.channel.retries) == 0


async def test_interceptors_may_change_the_next_try(virtual):
    class Renumber(Interceptor):
        def retrying(self, call, error):
            headers = {"try": str(call.attempts), "after": type(error).__name__}
            call.request = dataclasses.replace(call.request, headers=headers)

    async with online() as (engine, peer):
        engine.channel.life.intercept(Renumber())
        task = await start(engine)
        peer.answers["Pull"] = answer_pull
        peer.network.cut()
        await task
        headers = dict(peer.last.requests[0].headers)
        assert headers == {"try": "2", "after": "ConnectionLost"}

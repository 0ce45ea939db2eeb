"""What goes wrong on the way to online, and whether a retry helps."""

import asyncio

import pytest

from imnb.engine.requests import TcpRequest
from imnb.engine.states import State
from imnb.errors import (
    AuthError,
    BackgroundError,
    ConfigError,
    ConnectionFailed,
    ConnectionLost,
    GatewayInsecure,
    GatewayUnreachable,
    Kicked,
    RemoteProtocolError,
    ServerKeyError,
    TokenExpired,
    WrongPassword,
)
from tests.engine.peer import Plan, turns
from tests.engine.reconnecting import engine, peer

__all__ = ["engine", "peer"]


class Failing(Plan):
    """Raises what it is told to, at the step it is told to."""

    step = ""
    error: Exception | None = None

    def _reach(self, name):
        self.steps.append(name)
        if name == self.step and self.error is not None:
            raise self.error

    async def prepare(self):
        self._reach("prepare")
        return self.peer.destination()

    async def authenticate(self):
        self._reach("authenticate")

    async def synchronise(self):
        self._reach("synchronise")


@pytest.mark.parametrize("step", ["prepare", "authenticate", "synchronise"])
@pytest.mark.parametrize(
    ("error", "state"),
    [
        (WrongPassword("no"), State.CLOSED),
        (TokenExpired("no"), State.CLOSED),
        (AuthError("no"), State.CLOSED),
        (ConfigError("no"), State.CLOSED),
        (GatewayInsecure("no"), State.CLOSED),
        (ServerKeyError("no"), State.CLOSED),
        (Kicked("no"), State.KICKED),
    ],
)
async def test_what_no_retry_helps_stops_it(virtual, engine, peer, step, error, state):
    plan = Failing(peer)
    plan.step, plan.error = step, error
    engine.start(plan)
    with pytest.raises(type(error)):
        await engine.wait_online()
    await virtual.advance(600)
    assert plan.steps.count("prepare") == 1
    assert engine.state is state
    assert engine.failure is error
    assert len(engine.scope) == 0
    assert "0 connections" in repr(peer.network)


@pytest.mark.parametrize("step", ["prepare", "authenticate", "synchronise"])
@pytest.mark.parametrize(
    "error", [GatewayUnreachable("down"), ConnectionLost("gone"), OSError("odd")]
)
async def test_what_may_pass_is_tried_again(virtual, engine, peer, step, error):
    plan = Failing(peer)
    plan.step, plan.error = step, error
    engine.start(plan)
    await virtual.advance(10)
    assert plan.steps.count(step) == 5
    plan.error = None
    await engine.wait_online()
    engine.scope.raise_errors()


async def test_a_bug_in_the_plan_is_reported_and_tried_again(virtual, engine, peer):
    plan = Failing(peer)
    plan.step, plan.error = "synchronise", ZeroDivisionError("bug")
    engine.start(plan)
    await virtual.advance(1)
    plan.error = None
    await engine.wait_online()
    with pytest.raises(BackgroundError, match="ZeroDivisionError"):
        engine.scope.raise_errors()


async def test_a_server_that_accepts_and_says_nothing(virtual, engine, peer):
    class Silent:
        def __init__(self, transport):
            pass

        def data_received(self, data):
            pass

        def connection_lost(self, error):
            pass

    peer.listener = await peer.network.listen("127.0.0.1", 0, Silent)
    engine.start(Plan(peer))
    with pytest.raises(ConnectionFailed, match="did not answer the handshake"):
        await engine.wait_online(fail_fast=True)
    assert engine.state is State.WAITING
    await virtual.advance(1)
    assert engine.state is State.HANDSHAKING


class Http:
    def __init__(self, transport):
        self.transport = transport

    def data_received(self, data):
        with self.transport.lock:
            self.transport.put(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        self.transport.close()

    def connection_lost(self, error):
        pass


async def test_a_port_that_speaks_http_is_a_mistake(virtual, engine, peer):
    peer.listener = await peer.network.listen("127.0.0.1", 0, Http)
    engine.start(Plan(peer))
    with pytest.raises(RemoteProtocolError, match=str(peer.listener.endpoint.port)):
        await engine.wait_online()
    assert engine.state is State.CLOSED


async def test_once_it_was_our_server_it_is_a_fault_that_passes(virtual, engine, peer):
    engine.start(Plan(peer))
    await engine.wait_online()
    await virtual.advance(6)
    ours = peer.listener
    peer.listener = await peer.network.listen("127.0.0.1", 0, Http)
    peer.network.cut()
    await virtual.advance(1)
    assert engine.state is State.WAITING
    peer.listener = ours
    await engine.wait_online()


@pytest.mark.parametrize("moment", ["online", "waiting", "preparing", "dialling"])
async def test_a_kick_ends_the_session_at_any_moment(virtual, engine, peer, moment):
    plan = Plan(peer)
    if moment == "preparing":
        plan.prepare = asyncio.Event().wait
    engine.start(plan)
    if moment == "dialling":
        peer.network.weather.is_held = True
    if moment in ("online", "waiting"):
        await engine.wait_online()
    await turns()
    if moment == "waiting":
        peer.network.cut()
        await turns()
        assert engine.state is State.WAITING
    engine.kicked("logged in elsewhere")
    engine.kicked("once more, which changes nothing")
    with pytest.raises(Kicked, match="elsewhere"):
        await engine.wait_online()
    await turns()
    assert engine.state is State.KICKED
    await virtual.advance(100)
    assert engine.state is State.KICKED
    assert len(engine.scope) == 0


async def test_a_step_hears_of_the_loss_by_its_own_call(virtual, engine, peer):
    heard = []

    class Asking(Plan):
        async def synchronise(self):
            try:
                await engine.call(TcpRequest("Login"))
            except ConnectionLost as error:
                heard.append(str(error))
                raise

    peer.answers.clear()
    engine.start(Asking(peer))
    await turns()
    peer.network.cut()
    with pytest.raises(ConnectionLost, match="reset"):
        await engine.wait_online(fail_fast=True)
    assert len(heard) == 1


async def test_a_step_that_does_not_hear_of_the_loss_is_given_up(virtual, engine, peer):
    given_up = []

    class Deaf(Plan):
        async def synchronise(self):
            try:
                await asyncio.Event().wait()
            finally:
                given_up.append(asyncio.get_running_loop().time())

    engine.start(Deaf(peer))
    await turns()
    assert engine.state is State.SYNCING
    peer.network.cut()
    start = virtual.now
    await virtual.advance(1.4)
    assert given_up == [pytest.approx(start + 1)]
    assert engine.state is State.WAITING
    assert "reset" in engine.change.reason


async def test_refused_and_hung_up_at_once_is_a_refusal(virtual, engine, peer):
    """The refusal and the end of the connection arrive in one read."""

    class Refused(Plan):
        async def authenticate(self):
            reply = await engine.call(TcpRequest("Login"))
            raise WrongPassword(f"refused for {reply.user_id}")

    answer = peer.answers["Login"]

    def refuse(connection, envelope):
        answer(connection, envelope)
        connection.close("refused")

    peer.answers["Login"] = refuse
    engine.start(Refused(peer))
    with pytest.raises(WrongPassword):
        await engine.wait_online()

import asyncio

import pytest

from imnb.config import Backoff, Endpoint
from imnb.engine.engine import Engine
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
from imnb.net.memory import MemoryNetwork
from tests.engine.peer import Peer, Plan, turns

BACKOFF = Backoff(base=0.5, cap=30, stable_after=5)


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


@pytest.fixture
async def peer(virtual):
    made = await Peer(MemoryNetwork()).listen()
    yield made
    await made.listener.close()


@pytest.fixture
async def engine(peer):
    made = Engine(network=peer.network, backoff=BACKOFF, random=lambda: 1.0)
    made.seen = []
    made.on_state(made.seen.append)
    yield made
    await made.close()


def waits(engine):
    """Seconds from each loss to its next try."""
    return [change.retry_at for change in engine.seen if change.state is State.WAITING]


async def test_the_way_to_online(engine, peer):
    plan = Plan(peer)
    engine.start(plan)
    await engine.wait_online()
    assert [change.state for change in engine.seen] == [
        State.CONNECTING,
        State.HANDSHAKING,
        State.AUTHENTICATING,
        State.SYNCING,
        State.ONLINE,
    ]
    assert plan.steps == ["prepare", "authenticate", "synchronise"]
    assert engine.seen[-1].address == str(peer.listener.endpoint)


async def test_waits_grow_and_the_state_tells_when(virtual, engine, peer):
    await peer.listener.close()
    start = virtual.now
    engine.start(Plan(peer))
    await virtual.advance(70)
    retries = [retry_at - start for retry_at in waits(engine)]
    assert retries == pytest.approx([0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 61.5, 91.5])
    assert engine.state is State.WAITING
    assert engine.retry_at == pytest.approx(start + 91.5)
    assert engine.seen[-1].attempt == 8
    assert "Connection refused" in engine.seen[-1].reason


async def test_it_comes_back_when_the_server_does(virtual, engine, peer):
    engine.start(Plan(peer))
    await engine.wait_online()
    port = peer.listener.endpoint.port
    await peer.listener.close()
    peer.network.cut()
    await virtual.advance(10)
    assert engine.state is State.WAITING
    await peer.listen(port)
    await engine.wait_online()
    assert len(peer.connections) == 2


async def test_only_a_stable_connection_starts_the_series_anew(virtual, engine, peer):
    engine.start(Plan(peer))
    for online_for in (1, 1, 1, 6, 1):
        await engine.wait_online()
        await virtual.advance(online_for)
        peer.network.cut()
        await turns()
    losses = [change for change in engine.seen if change.state is State.WAITING]
    assert [change.attempt for change in losses] == [1, 2, 3, 1, 2]


async def test_a_log_in_that_lasts_is_no_stable_connection(virtual, engine, peer):
    plan = Plan(peer)
    plan.authenticate = asyncio.Event().wait
    engine.start(plan)
    for _ in range(3):
        await virtual.advance(6)
        assert engine.state is State.AUTHENTICATING
        peer.network.cut()
        await virtual.advance(5.5)
    losses = [change for change in engine.seen if change.state is State.WAITING]
    assert [change.attempt for change in losses] == [1, 2, 3]


async def test_a_long_catching_up_is_a_stable_connection_too(virtual, engine, peer):
    class Long(Plan):
        async def synchronise(self):
            await asyncio.Event().wait()

    engine.start(Long(peer))
    for _ in range(4):
        await virtual.advance(6)
        assert engine.state is State.SYNCING
        peer.network.cut()
        await virtual.advance(1.6)
    losses = [change for change in engine.seen if change.state is State.WAITING]
    assert [change.attempt for change in losses] == [1, 1, 1, 1]


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


async def test_reconnect_now_skips_the_wait(virtual, engine, peer):
    await peer.listener.close()
    engine.start(Plan(peer))
    await virtual.advance(20)
    assert engine.state is State.WAITING
    await peer.listen(peer.listener.endpoint.port)
    before = virtual.now
    engine.reconnect_now()
    await engine.wait_online()
    assert virtual.now - before < 0.5
    engine.reconnect_now()
    peer.network.cut()
    await turns()
    assert engine.state is State.WAITING


async def test_a_dropped_connection_comes_back(virtual, engine, peer):
    engine.start(Plan(peer))
    await engine.wait_online()
    engine.drop("the cable was pulled")
    await virtual.advance(0.3)
    assert engine.state is State.WAITING
    assert engine.change.reason == "the cable was pulled"
    assert peer.connections[0].session.peer_close == "dropped by the client"
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


async def test_endpoints_are_tried_in_order(virtual, engine, peer):
    first = Endpoint("127.0.0.1", 9)
    engine.start(Plan(peer, before=(first,)))
    await engine.wait_online()
    assert peer.network.dialled == [first, peer.listener.endpoint]

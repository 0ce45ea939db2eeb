"""A certificate that is refused, with one endpoint and with several."""

import dataclasses

import pytest

from imnb.config import Endpoint
from imnb.engine.engine import Engine
from imnb.engine.states import State
from imnb.errors import CertificateError, ConnectionFailed
from imnb.net.memory import MemoryNetwork
from tests.engine.peer import Peer, Plan

EXPIRED, DOWN = Endpoint("127.0.0.1", 8), Endpoint("127.0.0.1", 9)


@pytest.fixture
async def peer(virtual):
    made = await Peer(MemoryNetwork()).listen()
    dial = made.network.dial

    async def refuse(endpoint, make, *, timeout):
        if endpoint == EXPIRED:
            raise CertificateError(f"{endpoint}: the certificate has expired")
        return await dial(endpoint, make, timeout=timeout)

    made.network.dial = refuse
    yield made
    await made.listener.close()


@pytest.fixture
async def engine(peer):
    made = Engine(network=peer.network)
    yield made
    await made.close()


async def test_another_endpoint_may_have_a_better_one(engine, peer):
    engine.start(Plan(peer, before=(EXPIRED,)))
    await engine.wait_online()


async def test_when_all_are_refused_it_is_not_tried_again(virtual, engine, peer):
    port = peer.listener.endpoint.port
    await peer.listener.close()
    plan = Plan(peer, before=(EXPIRED,))
    plan.prepare, prepare = only(plan, EXPIRED), plan.prepare
    engine.start(plan)
    with pytest.raises(CertificateError, match="has expired"):
        await engine.wait_online()
    assert engine.state is State.CLOSED
    assert "has expired" in engine.change.reason
    await virtual.advance(600)
    assert engine.state is State.CLOSED
    await peer.listen(port)
    plan.prepare = prepare
    engine.start(plan)
    await engine.wait_online()


async def test_while_another_may_come_back_it_is_tried_again(virtual, engine, peer):
    await peer.listener.close()
    plan = Plan(peer)
    plan.prepare = only(plan, EXPIRED, DOWN)
    engine.start(plan)
    with pytest.raises(
        ConnectionFailed, match=r"has expired; 127\.0\.0\.1:9: "
    ) as caught:
        await engine.wait_online(fail_fast=True)
    assert type(caught.value) is ConnectionFailed
    assert engine.state is State.WAITING


def only(plan, *endpoints):
    """A plan's step that leads to these endpoints only."""
    prepare = plan.prepare

    async def lead():
        return dataclasses.replace(await prepare(), endpoints=endpoints)

    return lead

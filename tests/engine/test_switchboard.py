import asyncio

import pytest

from imnb.engine.states import State
from imnb.engine.switchboard import Switchboard
from imnb.errors import EnvironmentChanged
from imnb.pb.envelope_pb2 import Envelope
from tests.engine.peer import fill, narrow, online, turns


class Recorder:
    def __init__(self):
        self.answers, self.pushes, self.ticks = [], [], []

    def answer(self, envelope):
        self.answers.append(envelope.ask_id)

    def deliver(self, envelopes):
        self.pushes.append([envelope.command for envelope in envelopes])

    def sweep(self, active):
        self.ticks.append(active)


def test_replies_and_pushes_part_here():
    seen = Recorder()
    board = Switchboard(seen, seen, seen)
    board.envelopes_received([Envelope(command=64), Envelope(ask_id=5)])
    board.envelopes_received([Envelope(ask_id=6)])
    board.envelopes_received([Envelope(command=65), Envelope(command=64)])
    board.ticked(1.5)
    assert seen.answers == [5, 6]
    assert seen.pushes == [[64], [65, 64]]
    assert seen.ticks == [1.5]


async def test_the_loss_of_an_earlier_link_is_none_of_the_present_one(virtual):
    async with online() as (engine, peer):
        first = engine._board.link
        engine.drop("changed the network")
        await turns()
        await engine.wait_online()
        engine._board._detach(first)
        assert engine._board.link not in (None, first)
        engine.dispatcher.detach(ConnectionError("told twice"))
        engine.dispatcher.answer(Envelope(ask_id=1))
        assert (engine.dispatcher.waiting, len(peer.connections)) == (0, 2)


async def test_calls_are_told_why_the_link_was_ended(virtual):
    async with online() as (engine, peer):
        peer.answers.clear()
        asking = asyncio.create_task(engine.rpc.Ping())
        await turns()
        engine.stop(EnvironmentChanged("gone to staging"))
        with pytest.raises(EnvironmentChanged, match="gone to staging") as caught:
            await asking
        assert caught.value.may_have_acted
        await turns()
        assert engine.change.state is State.CLOSED
        assert "gone to staging" in engine.change.reason


async def test_calls_that_never_left_are_told_so(virtual):
    async with online(narrow()) as (engine, peer):
        tasks = await fill(engine, peer)
        engine.stop(EnvironmentChanged("gone to staging"))
        errors = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(error) for error in errors} == {EnvironmentChanged}
        assert {error.may_have_acted for error in errors} == {True, False}
        assert "nothing was sent" in str(errors[-1])


async def test_it_lets_go_of_a_lost_link(virtual):
    async with online() as (engine, peer):
        board = engine._board
        assert board.link is not None
        peer.network.cut()
        await turns()
        assert board.link is None
        assert "None" in repr(board)

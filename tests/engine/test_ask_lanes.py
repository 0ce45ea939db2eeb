import asyncio

import pytest

from imnb.engine.ask_lanes import AskLanes
from imnb.errors import TooManyCalls
from tests.engine.peer import turns


class Visit:
    """A task with a place in a lane, there until told to leave."""

    def __init__(self, lanes, lane, log, name):
        self.leave = asyncio.Event()
        self.task = asyncio.create_task(self._run(lanes, lane, log, name))

    async def _run(self, lanes, lane, log, name):
        with lanes.place(lane) as turn:
            await turn.come()
            log.append(name)
            await self.leave.wait()


async def test_one_after_the_other_and_lanes_side_by_side():
    lanes, log = AskLanes(10), []
    visits = [Visit(lanes, name[0], log, name) for name in ("a1", "a2", "b1", "a3")]
    await turns()
    assert log == ["a1", "b1"]
    assert repr(lanes) == "<AskLanes: 4 calls in 2 lanes>"
    for visit in visits:
        visit.leave.set()
        await turns()
    assert log == ["a1", "b1", "a2", "a3"]
    assert (len(lanes), lanes._lanes) == (0, {})


@pytest.mark.parametrize("gone", [0, 1, 2])
async def test_who_is_cancelled_holds_nobody_up(gone):
    lanes, log = AskLanes(10), []
    visits = [Visit(lanes, "a", log, number) for number in range(3)]
    await turns()
    visits[gone].task.cancel()
    for visit in visits:
        visit.leave.set()
    await asyncio.gather(*(visit.task for visit in visits), return_exceptions=True)
    assert sorted({*log, gone}) == [0, 1, 2]
    assert (len(lanes), lanes._lanes) == (0, {})


async def test_the_bound_is_on_all_lanes_together():
    lanes = AskLanes(2)
    with lanes.place("a"), lanes.place("b"):
        with (
            pytest.raises(TooManyCalls, match="2 calls are in lanes"),
            lanes.place("c"),
        ):
            pass
    with lanes.place("c") as turn:
        await turn.come()
    assert len(lanes) == 0

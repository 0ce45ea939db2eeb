"""One conversation's drafts: order, refusals, retries, without a store."""

import asyncio

import pytest

from imnb.errors import (
    CallRefused,
    CallTimeout,
    ConnectionLost,
    EnvelopeError,
    LocalProtocolError,
    NotConnected,
)
from imnb.models.message import Draft
from imnb.sync.send_lane import RETRY_AFTER, SendLane
from imnb.sync.sending import Outcome
from tests.sync.events import draft


class Server:
    """Plays back errors, then accepts."""

    def __init__(self) -> None:
        self.lists: list[list[str]] = []
        self.errors: list[Exception] = []
        self.bad: set[str] = set()
        self.badness: Exception = CallRefused("Send", "BAD_REQUEST", "no")
        self.outcomes: list[Outcome] = []

    async def send(self, drafts: list[Draft]) -> Outcome:
        names = [one.text.removeprefix("draft ") for one in drafts]
        self.lists.append(names)
        await asyncio.sleep(0)
        if self.errors:
            raise self.errors.pop(0)
        if self.bad.intersection(names):
            raise self.badness
        return Outcome(refused={one.client_id: "" for one in drafts})

    async def settle(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def lane(server, reports) -> SendLane:
    it = SendLane(server.send, server.settle, reports)
    for number in (1, 2, 3):
        it.append(draft(number))
    return it


async def test_all_go_in_one_list_in_order_and_once(lane, server):
    lane.append(draft(2))
    assert await lane.run()
    assert server.lists == [["1", "2", "3"]]
    assert len(lane) == 0


async def test_what_comes_meanwhile_goes_next(lane, server):
    running = asyncio.ensure_future(lane.run())
    await asyncio.sleep(0)
    lane.append(draft(4))
    lane.append(draft(5))
    assert await running
    assert server.lists == [["1", "2", "3"], ["4", "5"]]


@pytest.mark.parametrize("error", [ConnectionLost("gone"), NotConnected("gone")])
async def test_a_lost_connection_ends_it_and_keeps_the_drafts(lane, server, error):
    server.errors = [error]
    assert not await lane.run()
    assert len(lane) == 3
    assert await lane.run()
    assert server.lists == [["1", "2", "3"]] * 2


@pytest.mark.parametrize(
    "error",
    [CallTimeout("late"), CallRefused("Send", "OVERLOADED", ""), EnvelopeError("odd")],
)
async def test_what_may_pass_is_sent_again_later(lane, server, error, virtual, reports):
    server.errors = [error]
    start = virtual.now
    assert await lane.run()
    assert server.lists == [["1", "2", "3"]] * 2
    assert virtual.now - start == pytest.approx(RETRY_AFTER)
    assert len(reports.seen) == isinstance(error, EnvelopeError)


@pytest.mark.parametrize(
    "badness",
    [CallRefused("Send", "BAD_REQUEST", "no"), LocalProtocolError("2 MiB in a frame")],
)
async def test_one_bad_message_does_not_hold_the_others(lane, server, badness):
    server.bad, server.badness = {"2"}, badness
    assert await lane.run()
    assert server.lists == [["1", "2", "3"], ["1"], ["2"], ["3"]]
    refused = [next(iter(one.refused.values())) for one in server.outcomes]
    assert [bool(error) for error in refused] == [False, True, False]


async def test_a_draft_that_was_given_up_is_not_sent(lane, server):
    lane.remove(draft(2).client_id)
    await lane.run()
    assert server.lists == [["1", "3"]]

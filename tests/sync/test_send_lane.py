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
from imnb.sync.send_lane import MAX_INTERNAL, SendLane
from imnb.sync.sending import Outcome
from imnb.sync.splitting import Piece
from tests.sync.events import draft

LONGEST = 1.0
"""Jitter that makes each wait as long as it can be."""


class Server:
    """Plays back errors, then accepts."""

    def __init__(self) -> None:
        self.lists: list[list[str]] = []
        self.errors: list[Exception] = []
        self.bad: set[str] = set()
        self.badness: Exception = CallRefused("Send", "BAD_REQUEST", "no")
        self.outcomes: list[Outcome] = []

    async def send(self, pieces: list[Piece]) -> Outcome:
        names = [one.draft.client_id.removeprefix("draft-1-") for one in pieces]
        self.lists.append(names)
        await asyncio.sleep(0)
        if self.errors:
            raise self.errors.pop(0)
        if self.bad.intersection(names):
            raise self.badness
        return Outcome()

    async def settle(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def lane(server, reports) -> SendLane:
    it = SendLane(server.send, server.settle, reports, lambda: LONGEST)
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
    assert virtual.now - start == pytest.approx(1.0)
    assert len(reports.seen) == isinstance(error, EnvelopeError)


async def test_the_waits_grow_and_start_anew_after_a_success(lane, server, virtual):
    server.errors = [CallRefused("Send", "OVERLOADED", "")] * 4
    start = virtual.now
    assert await lane.run()
    assert virtual.now - start == pytest.approx(1 + 2 + 4 + 8)
    server.errors = [CallRefused("Send", "UNAUTHENTICATED", "")]
    lane.append(draft(4))
    assert await lane.run()
    assert virtual.now - start == pytest.approx(15 + 1)


BAD = [CallRefused("Send", "BAD_REQUEST", "no"), LocalProtocolError("2 MiB in a frame")]


@pytest.mark.parametrize("badness", BAD)
async def test_one_bad_message_does_not_hold_the_others(lane, server, badness):
    server.bad, server.badness = {"2"}, badness
    assert await lane.run()
    assert server.lists == [["1", "2", "3"], ["1"], ["2"], ["3"]]
    refused = [one.refused for one in server.outcomes]
    assert refused == [{}, {"draft-1-2": str(badness)}, {}]


async def test_those_behind_a_bad_one_go_in_lists_again(lane, server):
    server.bad = {"1"}
    running = asyncio.ensure_future(lane.run())
    await asyncio.sleep(0)
    for number in (4, 5):
        lane.append(draft(number))
    assert await running
    assert server.lists == [["1", "2", "3"], ["1"], ["2"], ["3"], ["4", "5"]]


async def test_a_mistake_of_the_server_with_one_message_holds_the_others_for_a_while(
    lane, server, virtual
):
    server.bad, server.badness = {"2"}, CallRefused("Send", "INTERNAL", "oops")
    start = virtual.now
    assert await lane.run()
    tries = [["2"]] * MAX_INTERNAL
    assert server.lists == [["1", "2", "3"], ["1"], *tries, ["3"]]
    assert [one.refused for one in server.outcomes] == [
        {}, {"draft-1-2": "Send was refused: INTERNAL: oops"}, {},
    ]  # fmt: skip
    assert virtual.now - start == pytest.approx(1 + 2 + 4 + 8)


async def test_a_mistake_that_passes_loses_nothing(lane, server, virtual):
    server.bad, server.badness = {"2"}, CallRefused("Send", "INTERNAL", "oops")
    running = asyncio.ensure_future(lane.run())
    await virtual.advance(2.0)
    server.bad = set()
    assert await running
    assert server.lists[-2:] == [["2"], ["3"]]
    assert [one.refused for one in server.outcomes] == [{}, {}, {}]


async def test_a_long_text_goes_in_parts_between_the_others(server, reports):
    lane = SendLane(server.send, server.settle, reports)
    for one in (draft(1), draft(2, text="x" * 600_000), draft(3)):
        lane.append(one)
        lane.append(one)
    assert len(lane) == 12
    assert await lane.run()
    sent = [name for names in server.lists for name in names]
    assert (sent[0], sent[10], sent[11]) == ("1", "2", "3")
    assert [len(names) for names in server.lists] == [4, 3, 3, 2]
    assert len(lane) == 0


async def test_when_a_part_is_refused_the_rest_is_not_sent(server, reports):
    lane = SendLane(server.send, server.settle, reports)
    lane.append(draft(2, text="x" * 600_000))
    lane.append(draft(3))
    refusals = [Outcome(refused={draft(2).client_id: "no room"})]

    async def send(pieces: list[Piece]) -> Outcome:
        outcome = await server.send(pieces)
        return refusals.pop() if refusals else outcome

    lane._send = send
    assert await lane.run()
    assert server.lists[1:] == [["3"]]


async def test_a_long_text_that_was_given_up_is_not_sent(server, reports):
    lane = SendLane(server.send, server.settle, reports)
    lane.append(draft(2, text="x" * 600_000))
    lane.append(draft(3))
    lane.remove(draft(2).client_id)
    assert await lane.run()
    assert server.lists == [["3"]]


async def test_a_draft_that_was_given_up_is_not_sent(lane, server):
    lane.remove(draft(2).client_id)
    await lane.run()
    assert server.lists == [["1", "3"]]

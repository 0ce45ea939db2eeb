"""Nothing is lost, doubled or reordered, whatever breaks and in which order."""

import asyncio
import pathlib
import tempfile

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from imnb.config import Backoff
from tests.clock import virtual_io_here
from tests.eventually import eventually
from tests.sync.town import ROOMS, SLOW, USERS, Town

user = st.sampled_from(USERS)
STEPS = st.one_of(
    st.tuples(st.just("send"), user, st.sampled_from([1, 2]), st.integers(1, 12)),
    st.tuples(st.just("turns"), st.sampled_from([0, 1, 5, 30])),
    st.tuples(st.just("wait"), st.sampled_from([0.001, 0.01])),
    st.tuples(st.just("drop"), user),
    st.tuples(st.just("deafen"), user),
    st.tuples(st.just("cut")),
    st.tuples(st.just("slow")),
    st.tuples(st.just("restart"), user),
    st.tuples(st.just("kill")),
    st.tuples(st.just("start")),
)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("imnb.sync.send_lane.BACKOFF", Backoff(base=0.01, cap=0.05))
    monkeypatch.setattr("imnb.sync.catchup.RETRY_AFTER", 0.01)
    monkeypatch.setattr("imnb.sync.synchroniser.RETRY_AFTER", 0.01)
    # few, so that a reset leaves holes and filling them takes several requests
    monkeypatch.setattr("imnb.sync.reset.MESSAGES", 3)
    monkeypatch.setattr("imnb.sync.history.PAGE", 5)


@given(st.lists(STEPS, min_size=5, max_size=40), st.integers(0, 1000))
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # making a failure smaller would take many minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_message_is_everywhere_once_and_in_order(steps, seed):
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play_quickly(pathlib.Path(folder), steps, seed))


async def play_quickly(folder, steps, seed):
    with virtual_io_here():
        await play(folder, steps, seed)


async def play(folder, steps, seed):
    town = Town(folder, seed)
    try:
        await town.found()
        for step in steps:
            await act(town, *step)
        await town.heal()
        await eventually(town.is_done, 20)
        await check(town)
        for resident in town.residents.values():
            resident.engine.scope.raise_errors()
    finally:
        await town.end()


async def act(town, what, *details):
    resident = town.residents.get(details[0]) if details else None
    match what:
        case "send" if resident.user in ROOMS[details[1] - 1]:
            await resident.send(details[1], details[2])
        case "turns":
            for _ in range(details[0]):
                await asyncio.sleep(0)
        case "wait":
            await asyncio.sleep(details[0])
        case "drop":
            town.drop(resident.user)
        case "deafen":
            resident.hear(True)
        case "cut":
            town.network.cut()
        case "slow":  # answers come, but too late
            town.network.weather.latency = SLOW
            await asyncio.sleep(2 * SLOW)
            town.network.weather.latency = 0
        case "restart":
            await resident.stop()
            await resident.start()
        case "kill":
            await town.kill_server()
        case "start" if town.service is None:
            await town.start_server()


async def check(town):
    for resident in town.residents.values():
        stored = await resident.stored()
        assert stored == town.expected(resident.user)
        for number in (1, 2):
            seqs = [seq for room, seq, _ in stored if room == number]
            assert seqs == list(range(1, len(seqs) + 1))
        mine = [
            (room, text)
            for room, _, text in stored
            if text.startswith(f"{resident.user} ")
        ]
        assert sorted(mine) == sorted(resident.sent)
        for number in (1, 2):
            order = [text for room, text in mine if room == number]
            assert order == [text for room, text in resident.sent if room == number]
        await check_unread(resident)


async def check_unread(resident):
    rows = await resident.database.fetch(
        "SELECT c.unread, (SELECT count(*) FROM message m WHERE "
        "m.conversation_id = c.conversation_id AND m.seq > c.read_seq "
        "AND m.sender_id <> ?), c.last_seq, (SELECT max(seq) FROM message m WHERE "
        "m.conversation_id = c.conversation_id) FROM conversation c",
        [resident.user],
    )
    for unread, counted, last, top in rows:
        assert (unread, last) == (counted, top or 0)

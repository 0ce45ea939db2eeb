import asyncio

import pytest

from imnb.client import call_history
from imnb.client.call_history import BEHIND_ROWS, CallHistory, rows
from imnb.engine.call import Call, CallLife, CallState
from imnb.engine.call_log import CallLog
from imnb.engine.requests import HttpRequest, TcpRequest
from imnb.errors import BackgroundError, CallRefused, ClosedError, StoreError
from imnb.models.ids import UserId
from imnb.store.database import Database
from imnb.store.writer import BULK_ROWS
from imnb.tasks import TaskScope
from tests.eventually import eventually

SEND = TcpRequest("Send", {"text": "a private remark"}, priority=1 << 40)


class Calls:
    """Calls that end as a test wants."""

    def __init__(self, kept):
        self.log = CallLog(kept)
        self._life = CallLife(None)
        self._life.watch(self.log.look)

    def make(self, request=SEND):
        return Call(request, self._life)

    def end(self, *ask_ids):
        for ask_id in ask_ids:
            call = self.make()
            call.ask_id = ask_id
            call.finish(TimeoutError())


class FakeTransaction:
    """Takes what is appended to an empty table."""

    def __init__(self):
        self.ask_ids = []

    def fetch(self, sql):
        return [(1, 0)]

    def append(self, table, rows):
        self.ask_ids += [row[3] for row in rows]


class FakeStore:
    """A store without threads; ``error`` is what it says in place of storing."""

    def __init__(self):
        self.pending_rows = 0
        self.error = None
        self.is_slow = False
        self.batches = []

    async def write(self, change):
        if self.error is not None:
            raise self.error
        tx = FakeTransaction()
        change(tx)
        self.batches.append(tx.ask_ids)
        if self.is_slow:
            await asyncio.sleep(1)


@pytest.fixture
def calls():
    return Calls(kept=3)


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
async def scope(virtual):
    scope = TaskScope("test")
    yield scope
    await scope.close()


@pytest.fixture
async def history(calls, store, scope):
    return CallHistory(calls.log, store, scope)


async def test_the_calls_of_a_second_are_one_batch(virtual, calls, store, history):
    calls.end(1)
    await virtual.advance(0.9)
    calls.end(2)
    assert store.batches == []
    await virtual.advance(0.2)
    assert store.batches == [[1, 2]]
    calls.end(3)
    await virtual.advance(1.1)
    assert store.batches == [[1, 2], [3]]
    assert repr(history) == "<CallHistory: 3 calls written, 0 lost>"


async def test_calls_that_were_over_before_are_written_too(
    virtual, calls, store, scope
):
    calls.end(1, 2)
    CallHistory(calls.log, store, scope)
    await virtual.advance(1.1)
    assert store.batches == [[1, 2]]


async def test_a_client_that_makes_no_calls_is_not_woken(
    virtual, calls, store, history
):
    begun = calls.make()
    await virtual.advance(1.1)
    assert asyncio.get_running_loop()._scheduled == []
    begun.finish(TimeoutError())
    await virtual.advance(1.1)
    assert asyncio.get_running_loop()._scheduled == []
    assert store.batches == [[0]]


async def test_while_the_writer_is_behind_calls_wait_and_lost_ones_are_counted(
    virtual, calls, store, history
):
    store.pending_rows = BEHIND_ROWS
    calls.end(1, 2, 3, 4)
    await virtual.advance(5)
    assert (store.batches, history.lost) == ([], 0)
    store.pending_rows = BEHIND_ROWS - 1
    await virtual.advance(1.1)
    assert store.batches == [[2, 3, 4]]
    assert (history.written, history.lost) == (3, 1)


async def test_many_calls_are_several_batches_also_when_it_ends_between(
    virtual, calls, store, history, monkeypatch
):
    monkeypatch.setattr(call_history, "BATCH", 2)
    store.is_slow = True
    calls.end(1, 2, 3)
    await virtual.advance(1.5)
    await history.close()
    assert store.batches == [[1, 2], [3]]


async def test_the_last_batch_is_written_at_the_end(virtual, calls, store, history):
    calls.end(1)
    await virtual.advance(1.1)
    store.pending_rows = BEHIND_ROWS
    calls.end(2)
    await history.close()
    await history.close()
    assert store.batches == [[1], [2]]
    calls.end(3)
    await virtual.advance(2)
    assert len(store.batches) == 2


async def test_a_store_that_cannot_write_is_told_of_once_and_tried_again(
    virtual, calls, store, scope, history
):
    store.error = StoreError("the disk is full")
    for ask_id in (1, 2):
        calls.end(ask_id)
        await virtual.advance(1.1)
    with pytest.raises(BackgroundError, match=r"in the background: call history \(Sto"):
        scope.raise_errors()
    store.error = None
    calls.end(3)
    await virtual.advance(1.1)
    assert (store.batches, history.lost) == ([[3]], 2)


async def test_a_store_that_is_closed_is_nobody_s_fault(
    virtual, calls, store, scope, history
):
    store.error = ClosedError("closed")
    calls.end(1)
    await history.close()
    scope.raise_errors()
    assert history.lost == 1


async def test_a_row_has_times_and_no_contents(virtual, calls):
    call = calls.make()
    for state in (CallState.QUEUED, CallState.SENDING, CallState.WAITING):
        call.move(state)
        await asyncio.sleep(0.25)
    call.ask_id, call.sent_bytes = 7, 30
    call.replied(12)
    call.finish(CallRefused("Send", "PERMISSION_DENIED", "a private remark"))
    (row,) = rows(calls.log.over())
    assert row[1:] == (
        "Send", 7, "failed", (1 << 31) - 1, 1,
        250_000, 250_000, 250_000, 0, 750_000, 30, 12, "CallRefused",
    )  # fmt: skip


async def test_over_http_there_is_less_to_know(calls):
    url = "http://host/v1/files/the-id?name=secret"
    for request in (
        HttpRequest("GET", url),
        HttpRequest("GET", url, route="/v1/files/{file_id}"),
        TcpRequest("\ud800" * 1000),
    ):
        calls.make(request).finish(TimeoutError())
    made = rows(calls.log.over())
    assert [row[1] for row in made] == [
        "GET /v1/files/the-id",
        "GET /v1/files/{file_id}",
        "?" * call_history.LONGEST_COMMAND,
    ]
    assert made[0][2] == 0
    assert made[0][7:10] == (None, None, None)
    assert made[0][11:] == (None, None, "TimeoutError")


# With a server and a store.

SQL = "SELECT command, status, ask_id, total_ms, error FROM calls"


async def test_the_calls_of_a_client_are_in_its_store(server, make, monkeypatch):
    monkeypatch.setattr(call_history, "INTERVAL", 0.01)
    alice = make("alice", server)
    await alice.login()
    await alice.send_text("bob", "a private remark")
    with pytest.raises(CallRefused):
        await alice.kick("nobody")

    async def is_there():
        return "failed" in set((await alice.sql(SQL))["status"])

    await eventually(is_there)
    frame = await alice.sql(SQL)
    assert {"POST /v1/authenticate", "Login", "Send"} <= set(frame["command"])
    assert frame[frame["command"] == "Send"]["ask_id"].min() > 0
    assert "private" not in (await alice.sql("SELECT * FROM calls")).to_csv()


async def test_the_id_of_a_file_is_not_kept(alice, tmp_path):
    """Who knows it may have the file."""
    file = await alice.upload(b"contents", name="plan.txt")
    await alice.download(file, tmp_path / "plan.txt")
    await alice._life.parts.call_history.close()
    kept = (await alice.sql("SELECT * FROM calls")).to_csv()
    assert "GET /v1/files/{file_id}" in kept
    assert file.file_id not in kept


async def test_the_last_calls_of_a_session_are_there_in_the_next(server, make):
    alice = make("alice", server)
    await alice.login()
    await alice.send_text("bob", "hi")
    await alice.logout()
    again = make("alice", server)
    await again.login()
    frame = await again.sql(SQL)
    assert frame["command"][0] == "POST /v1/authenticate"
    assert {"Send", "Logout"} <= set(frame["command"])


async def test_a_large_batch_is_no_bulk_for_the_writer():
    """Else what is submitted next would linger for company."""
    calls, scope = Calls(1000), TaskScope("test")
    database = await Database.open(None, me=UserId("me"))
    history = CallHistory(calls.log, database, scope)
    calls.end(*range(1000))
    await history.close()
    await scope.close()
    [(count,)] = await database.fetch("SELECT count(*) FROM calls")
    assert (count, history.written) == (1000, 1000)
    assert database._writer._last_rows < BULK_ROWS
    await database.close()

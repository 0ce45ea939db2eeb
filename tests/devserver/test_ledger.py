import asyncio

import pytest

from imnb.devserver import ledger as ledger_module
from imnb.devserver.ledger import Ledger
from imnb.devserver.record import Record
from imnb.devserver.refusal import Refusal
from imnb.errors import StoreError
from imnb.pb import envelope_pb2 as envelope

RECORD = Record("Send", 1, "alice", b"x" * 100)


class SlowLog:
    """Resolves when the test says so."""

    def __init__(self):
        self.futures = []

    def submit(self, kind, payload):
        self.futures.append(asyncio.get_running_loop().create_future())
        return self.futures[-1]


async def settle():
    for _ in range(3):
        await asyncio.sleep(0)


def test_without_a_file_a_change_is_made_at_once():
    made = []
    Ledger().commit(RECORD, lambda: made.append(1), pytest.fail)
    assert made == [1]


async def test_a_change_waits_for_the_disk():
    log, made = SlowLog(), []
    ledger = Ledger(log)
    ledger.commit(RECORD, lambda: made.append(1), pytest.fail)
    await settle()
    assert made == []
    assert not ledger.is_idle
    assert repr(ledger) == "<Ledger: 1 changes to be stored>"
    log.futures[0].set_result(None)
    await settle()
    assert made == [1]
    assert ledger.is_idle
    assert repr(ledger) == "<Ledger: 0 changes to be stored>"


async def test_changes_are_made_in_the_order_of_the_file():
    log, made = SlowLog(), []
    ledger = Ledger(log)
    for number in range(3):
        ledger.commit(RECORD, lambda n=number: made.append(n), pytest.fail)
    log.futures[2].set_result(None)
    log.futures[1].set_result(None)
    await settle()
    assert made == []
    log.futures[0].set_result(None)
    await settle()
    assert made == [0, 1, 2]


async def test_what_cannot_be_stored_is_not_made():
    log, made, failures = SlowLog(), [], []
    ledger = Ledger(log)
    for number in range(3):
        ledger.commit(RECORD, lambda n=number: made.append(n), failures.append)
    log.futures[0].set_exception(StoreError("the disk is full"))
    log.futures[1].cancel()
    log.futures[2].set_result(None)
    await settle()
    assert made == [2]
    assert [type(f) for f in failures] == [StoreError, asyncio.CancelledError]


@pytest.mark.parametrize("bound", ["MAX_WAITING", "MAX_WAITING_BYTES"])
async def test_what_waits_is_bounded(monkeypatch, bound):
    size = len(RECORD.payload())
    monkeypatch.setattr(ledger_module, bound, 2 if bound == "MAX_WAITING" else 2 * size)
    log, made = SlowLog(), []
    ledger = Ledger(log)
    for _ in range(2):
        ledger.commit(RECORD, lambda: made.append(1), pytest.fail)
    with pytest.raises(Refusal, match="2 changes wait") as caught:
        ledger.commit(RECORD, lambda: made.append(1), pytest.fail)
    assert caught.value.status == envelope.OVERLOADED
    assert len(log.futures) == 2
    for future in log.futures:
        future.set_result(None)
    await settle()
    ledger.commit(RECORD, lambda: made.append(1), pytest.fail)


async def test_write_waits_and_tells():
    log, made = SlowLog(), []
    ledger = Ledger(log)

    async def write(make):
        waiting = asyncio.ensure_future(ledger.write(RECORD, make))
        await settle()
        return waiting

    def refuse():
        raise Refusal(envelope.CONFLICT, "no")

    first = await write(lambda: made.append(1))
    buggy = await write(lambda: 1 / 0)
    second = await write(refuse)
    third = await write(lambda: made.append(3))
    assert not first.done()
    log.futures[0].set_result(None)
    log.futures[1].set_result(None)
    log.futures[2].set_result(None)
    log.futures[3].set_exception(StoreError("full"))
    await first
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(buggy, 1)
    with pytest.raises(Refusal, match="no"):
        await second
    with pytest.raises(StoreError, match="full"):
        await third
    assert made == [1]


async def test_a_cancelled_writer_changes_nothing_for_the_others():
    log, made = SlowLog(), []
    ledger = Ledger(log)
    waiting = asyncio.ensure_future(ledger.write(RECORD, lambda: made.append(1)))
    await settle()
    waiting.cancel()
    await settle()
    ledger.commit(RECORD, lambda: made.append(2), pytest.fail)
    for future in log.futures:
        future.set_result(None)
    await settle()
    assert made == [1, 2]

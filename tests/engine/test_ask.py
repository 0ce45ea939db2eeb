import asyncio

import pytest

from imnb.engine.ask import Ask
from imnb.engine.pending import AskIds, PendingTable, Strays
from imnb.errors import CallRefused, CallTimeout, ConnectionLost, EnvelopeError
from imnb.pb import session_pb2
from imnb.pb.envelope_pb2 import Envelope
from tests.engine.peer import COMMANDS, turns

LOGIN = COMMANDS.methods["Login"]
REPLY = session_pb2.LoginReply(user_id="alice")


@pytest.fixture
def table():
    return PendingTable(AskIds(), 10)


@pytest.fixture
async def ask(table):
    made = Ask(LOGIN, table)
    made.ask_id = table.add(made, 10, 0)
    yield made
    assert len(table) == 0


def envelope(**fields):
    return Envelope(command=1, body=REPLY.SerializeToString(), **fields)


async def test_the_reply_and_its_size(ask):
    sizes = []
    ask.on_reply = sizes.append
    ask.replied(envelope())
    ask.replied(envelope())
    assert await ask.reply() == REPLY
    assert sizes == [REPLY.ByteSize()]


@pytest.mark.parametrize(
    ("reply", "error", "acted"),
    [
        (envelope(status=3), CallRefused, False),
        (Envelope(command=2), EnvelopeError, True),
        (Envelope(command=1, body=b"\xff"), EnvelopeError, True),
    ],
)
async def test_a_bad_reply_says_whether_the_server_has_acted(ask, reply, error, acted):
    ask.replied(reply)
    with pytest.raises(error) as caught:
        await ask.reply()
    assert caught.value.may_have_acted is acted


async def test_the_first_fate_counts(ask):
    ask.expired(5)
    ask.failed(ConnectionLost("gone"))
    ask.replied(envelope())
    with pytest.raises(CallTimeout, match="Login: no reply within 5 s"):
        await ask.reply()


async def test_who_stops_waiting_makes_the_reply_late(ask, table):
    task = asyncio.create_task(ask.reply())
    await turns()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert table.answer(ask.ask_id, False, 1) is None
    assert table.strays == Strays(late=1)
    assert repr(ask) == "<Ask Login 1>"

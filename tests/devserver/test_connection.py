import asyncio
import os

import pytest

from imnb.devserver.refusal import Refusal
from imnb.net.memory import MemoryNetwork
from imnb.pb import envelope_pb2 as envelope
from imnb.pb.model_pb2 import Message
from imnb.pb.sync_pb2 import Event, EventPush, ResetPage
from tests.devserver.pair import LIMITS, Pair


@pytest.fixture
async def pair():
    made = Pair(MemoryNetwork(LIMITS))
    await made.open()
    yield made
    made.network.cut()
    await made.scope.close()
    await made.listener.close()


async def test_requests_reach_the_desk_and_replies_the_client(pair):
    pair.desk.on_request = lambda c, request: c.reply(request, b"")
    client = await pair.client()
    await client.call("Ping")
    assert [r.ask_id for r in pair.desk.requests] == [1]


async def test_bytes_one_at_a_time(pair):
    pair.network.weather.chunk_size = 1
    pair.desk.on_request = lambda c, request: c.reply(request, b"")
    await (await pair.client()).call("Ping")


async def test_a_closing_connection_answers_nothing_any_more(pair):
    pair.desk.on_request = lambda c, request: c.close("enough")
    client = await pair.client()
    for _ in range(3):
        client.ask("Ping")
    await client.until(lambda c: c.is_over)
    assert len(pair.desk.requests) == 1
    assert (client.replies, client.session.peer_close) == ({}, "enough")
    pair.near.reply(pair.desk.requests[0])
    pair.near.push(64, b"")
    pair.near.close("again")
    assert pair.desk.reasons == ["enough"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "does not speak HTTP"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01", "does not speak TLS"),
        (b"\x00" * 100, "start with 0x49"),
        (b"I\x01\x02\x00\xff\xff\xff\xff", "4294967295"),
        (b"I\x01\x02\x00\x00\x00\x00\x00", "before the handshake"),
        (b"I\x01\x01\x00\x00\x00\x00\x03abc", "handshake message of 3 bytes"),
    ],
)
async def test_what_is_not_our_protocol_is_told_so(pair, data, words):
    stranger = await pair.stranger()
    stranger.send(data)
    await stranger.over
    assert stranger.data[:3] == b"I\x01\x03"  # one close frame
    assert words in stranger.data.decode(errors="replace")
    assert len(pair.desk.reasons) == 1
    assert words in pair.desk.reasons[0]
    assert len(pair.scope) == 0


async def test_the_wrong_environment_is_told_by_the_handshake(pair):
    with pytest.raises(Exception, match="server"):
        await pair.client(environment="elsewhere")
    await pair.near.wait_closed()
    assert "environment" in pair.desk.reasons[0]


async def test_garbage_after_the_handshake(pair):
    client = await pair.client()
    client.put(b"I\x01\x02\x01\x00\x00\x00\x10" + bytes(16))
    await client.until(lambda c: c.is_over)
    assert "does not decrypt" in client.session.peer_close


async def test_a_client_that_closes(pair):
    client = await pair.client()
    client.put(client.session.encode_close("bye"))
    await client.until(lambda c: c.is_over)
    assert pair.desk.reasons == [""]


async def test_a_dropped_connection(pair):
    client = await pair.client()
    pair.near.drop("on purpose")
    await client.until(lambda c: c.is_over)
    assert client.session.peer_close is None
    assert pair.desk.reasons == ["on purpose"]


async def test_an_answer_that_fits_no_frame_becomes_a_refusal(pair):
    pair.desk.on_request = lambda c, request: c.reply(request, os.urandom(2 << 20))
    client = await pair.client()
    with pytest.raises(Exception, match="ask for less"):
        await client.call("Ping")


async def test_events_are_joined_and_told_once(pair):
    client = await pair.client()
    pair.fill(30)
    pair.near.tell(pair.desk.feed)
    pair.near.tell(pair.desk.feed)
    await client.until(lambda c: c.events)
    [push] = client.pushes
    assert [e.event_seq for e in push.events] == list(range(1, 31))
    assert pair.near.told == 30


async def test_a_client_that_does_not_read_gets_one_behind(pair, monkeypatch):
    monkeypatch.setattr("imnb.devserver.connection.PUSH_WINDOW", 5_000)
    client = await pair.client()
    client.transport.pause_reading()
    for _ in range(300):
        pair.fill(10)
        pair.near.tell(pair.desk.feed)
        await asyncio.sleep(0)
    assert pair.near._transport.unsent < 3 * LIMITS.send_queue_bytes
    assert pair.near.waiting_since is not None
    assert len(pair.scope) == 1
    client.transport.resume_reading()
    await client.until(lambda c: c.pushes and c.pushes[-1].head == 3_000)
    numbers = [e.event_seq for e in client.events]
    behinds = [p for p in client.pushes if p.behind]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [(b.head, len(b.events)) for b in behinds] == [(3_000, 0)]
    assert pair.near.waiting_since is None
    assert len(pair.scope) == 0


async def test_after_behind_new_events_are_pushed_again(pair):
    client = await pair.client()
    pair.fill(60)
    pair.near.tell(pair.desk.feed)
    pair.fill(1)
    pair.near.tell(pair.desk.feed)
    await client.until(lambda c: c.events)
    assert [p.behind for p in client.pushes] == [True, False]
    assert client.events[0].event_seq == 61


async def test_who_asks_and_does_not_read_is_not_read_either(pair):
    pair.desk.on_request = lambda c, request: c.reply(request, bytes(900))
    client = await pair.client()
    client.transport.pause_reading()
    for _ in range(200):
        client.ask("Ping")
        await asyncio.sleep(0)
    assert not pair.near.is_reading
    assert len(pair.desk.requests) < 100
    assert pair.near._transport.unsent < 4 * LIMITS.send_queue_bytes
    pair.now = 55.0
    client.transport.resume_reading()
    await client.until(lambda c: len(c.replies) == 200)
    assert pair.near.is_reading
    assert pair.near.heard_at == 55.0


async def test_one_read_of_many_requests_with_large_answers(pair):
    pair.desk.on_request = lambda c, request: c.reply(request, bytes(900))
    client = await pair.client()
    for _ in range(200):
        client.ask("Ping")
    client.put(client.session.encode_close("that is all"))
    await client.until(lambda c: c.is_over)
    assert len(client.replies) == 200
    assert pair.desk.reasons == [""]


async def test_a_stream_goes_at_the_clients_pace(pair):
    taken = []

    def pages():
        for number in range(100):
            taken.append(number)
            yield ResetPage(as_of=number, epoch="x" * 900).SerializeToString()

    pair.desk.on_request = lambda c, request: c.stream(request, pages())
    client = await pair.client()
    client.transport.pause_reading()
    ask_id = client.ask("Reset")
    for _ in range(300):
        await asyncio.sleep(0)
    assert 10 < len(taken) < 60
    client.transport.resume_reading()
    replies = await client.answers("Reset", ask_id)
    assert [r.as_of for r in replies] == list(range(100))
    assert len(pair.scope) == 0


async def test_streams_are_bounded_and_end_with_the_connection(pair):
    def pages():
        while True:
            yield bytes(900)

    started = []

    def stream(connection, request):
        try:
            connection.stream(request, pages())
        except Refusal as refusal:
            started.append(refusal.status)
        else:
            started.append(envelope.OK)

    pair.desk.on_request = stream
    client = await pair.client()
    client.transport.pause_reading()
    for _ in range(6):
        client.ask("Reset")
    for _ in range(100):
        await asyncio.sleep(0)
    assert started == [envelope.OK] * 4 + [envelope.OVERLOADED] * 2
    client.transport.abort()
    await pair.near.wait_closed()
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(pair.scope) == 0
    pair.scope.raise_errors()


async def test_its_repr_names_who_and_where(pair):
    await pair.client()
    assert repr(pair.near) == "<Connection memory:1 of nobody, told 0>"


async def test_a_client_that_is_slow_is_sent_no_signals(pair):
    client = await pair.client()
    assert pair.near.signal(64, EventPush(head=1).SerializeToString())
    await client.until(lambda c: c.pushes)
    client.transport.pause_reading()
    body = EventPush(head=2, events=[Event(message=Message(content=os.urandom(5_000)))])
    for _ in range(1_000):
        if not pair.near.signal(64, body.SerializeToString()):
            break
    else:
        pytest.fail("they were sent for ever")
    client.transport.resume_reading()


async def test_a_push_that_fits_no_frame_ends_the_connection_only(pair):
    client = await pair.client()
    pair.near.push(64, os.urandom(LIMITS.max_body))
    await client.until(lambda c: c.is_over)
    assert "an event does not fit a frame" in client.session.peer_close

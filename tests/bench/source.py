"""A process that pushes messages as fast as they are taken.

``python -m tests.bench.source MESSAGES EVENTS_PER_PUSH`` prints its port and its
public key. It answers every request with nothing, a Reset with its conversations,
and begins to push when it is asked for a Ping.
"""

import asyncio
import contextlib
import sys
from collections.abc import Iterator

from imnb.config import Endpoint
from imnb.net.tcp import TcpNetwork
from imnb.net.transport import Transport
from imnb.pb import model_pb2, sync_pb2
from imnb.wire.commands import builtin_commands
from imnb.wire.noise import Role, generate_private_key, public_key
from imnb.wire.session import Session
from tests.bench.process import running as process

ENVIRONMENT = "bench"
CONVERSATIONS = 50
START = 1_700_000_000_000_000
TEXT = "Shall we look at the reconnect trace together, before the build is out? " * 2
CHUNK = 64 << 10


def pushes(messages: int, events_per_push: int) -> Iterator[bytes]:
    """Serialised pushes: ``messages`` events, round robin over conversations."""
    for first in range(0, messages, events_per_push):
        push = sync_pb2.EventPush(head=first + events_per_push)
        for number in range(first, min(first + events_per_push, messages)):
            event = push.events.add(event_seq=number + 1)
            event.message.CopyFrom(message(number))
        yield push.SerializeToString()


def message(number: int) -> model_pb2.Message:
    seq, conversation = divmod(number, CONVERSATIONS)
    return model_pb2.Message(
        conversation_id=conversation + 1,
        seq=seq + 1,
        client_id=f"019ab5c2-0000-7000-8000-{number:012x}",
        sender_id=f"user-{number % 17}",
        kind="text",
        text=f"{TEXT}{number}",
        sent_at=START + number * 1000,
    )


def state() -> sync_pb2.ResetPage:
    page = sync_pb2.ResetPage(epoch=ENVIRONMENT, as_of=0)
    for number in range(1, CONVERSATIONS + 1):
        conversation = page.heads.add().conversation
        conversation.conversation_id = number
        conversation.kind = model_pb2.GROUP
        conversation.title = f"Group {number}"
        conversation.first_seq = 1
    return page


class Connection:
    """Plays the server's end."""

    def __init__(self, transport: Transport, key: bytes, bodies: list[bytes]) -> None:
        self._transport = transport
        self._session = Session(Role.SERVER, key=key, environment=ENVIRONMENT)
        self._bodies = bodies
        self.asked = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        envelopes = self._session.feed(data)
        self._transport.put(self._session.take_output())
        for envelope in envelopes:
            name = builtin_commands().name_of(envelope.command)
            body = state().SerializeToString() if name == "Reset" else b""
            reply = self._session.encode(envelope.command, envelope.ask_id, body)
            self._transport.put(reply)
            if name == "Ping":
                self.asked.set()

    def connection_lost(self, error: Exception | None) -> None:
        self.asked.set()

    async def push(self) -> None:
        command = builtin_commands().command_of(sync_pb2.EventPush)
        await self.asked.wait()
        chunk: list[bytes] = []
        size = 0
        for body in self._bodies:
            chunk.append(self._session.encode(command, 0, body))
            size += len(body)
            if size >= CHUNK:
                self._transport.put(b"".join(chunk))
                await self._transport.drain()
                chunk, size = [], 0
        self._transport.put(b"".join(chunk))


async def serve(messages: int, events_per_push: int) -> None:
    bodies = list(pushes(messages, events_per_push))
    key = generate_private_key()
    made: asyncio.Queue[Connection] = asyncio.Queue()

    def accept(transport: Transport) -> Connection:
        connection = Connection(transport, key, bodies)
        made.put_nowait(connection)
        return connection

    listener = await TcpNetwork().listen("127.0.0.1", 0, accept)
    print(listener.endpoint.port, public_key(key).hex(), flush=True)
    await (await made.get()).push()
    await asyncio.Event().wait()


@contextlib.contextmanager
def running(messages: int, events_per_push: int) -> Iterator[tuple[Endpoint, bytes]]:
    """The process, its endpoint and its key; it serves one connection."""
    command = [sys.executable, "-m", "tests.bench.source"]
    with process([*command, str(messages), str(events_per_push)]) as said:
        port, key = next(said).split()
        yield Endpoint("127.0.0.1", int(port)), bytes.fromhex(key)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))

import contextlib

import pytest

from imnb.config import Limits
from imnb.devserver import DevServer
from imnb.devserver.world import World
from imnb.net.memory import MemoryNetwork
from imnb.pb.chat_pb2 import OutgoingMessage
from tests.clock import no_real_waits, virtual, virtual_io
from tests.devserver.raw_client import RawClient

__all__ = ["no_real_waits", "virtual", "virtual_io"]

NOW = 1_700_000_000_000_000


@pytest.fixture
def world():
    made = World("epoch-1")
    for user in ("alice", "bob", "carol"):
        made.add_account(user, user.title())
    return made


@pytest.fixture
def outgoing():
    def make(*client_ids, text="hello"):
        return [
            OutgoingMessage(client_id=c, kind="text", text=text) for c in client_ids
        ]

    return make


@pytest.fixture(params=["tcp", "memory"])
def network(request):
    """None stands for real TCP, which is the server's default."""
    return MemoryNetwork() if request.param == "memory" else None


@pytest.fixture
async def stage():
    """Starts servers and clients; ends them all."""
    async with contextlib.AsyncExitStack() as stack:
        yield Stage(stack)


class Stage:
    def __init__(self, stack):
        self._stack = stack

    async def server(self, *args, **kwargs):
        return await self._stack.enter_async_context(DevServer(*args, **kwargs))

    async def client(self, server, user=None, device="test", **kwargs):
        client = await RawClient.dial(server, **kwargs)
        self._stack.callback(client.transport.abort)
        if user is not None:
            await client.login(user, device)
        return client


SMALL = Limits(send_queue_bytes=300_000, push_queue_events=50)

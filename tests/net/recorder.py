"""A receiver that keeps what it is told."""

import asyncio
import contextlib
import struct

LINGER_0 = struct.pack("ii", 1, 0)
"""With this a socket ends by a reset."""


class Recorder:
    def __init__(self, transport):
        self.transport = transport
        self.chunks = []
        self.losses = []
        self.over = asyncio.get_running_loop().create_future()
        self._changed = asyncio.Event()

    @property
    def data(self):
        return b"".join(self.chunks)

    def data_received(self, data):
        self.chunks.append(data)
        self._changed.set()

    def connection_lost(self, error):
        self.losses.append(error)
        if not self.over.done():
            self.over.set_result(error)

    async def until(self, size):
        while len(self.data) < size:
            self._changed.clear()
            await self._changed.wait()
        return self.data

    def send(self, data):
        with self.transport.lock:
            self.transport.put(data)


@contextlib.asynccontextmanager
async def connected(network, make=Recorder):
    """(near, far) recorders of one connection."""
    accepted = asyncio.get_running_loop().create_future()

    def accept(transport):
        recorder = Recorder(transport)
        accepted.set_result(recorder)
        return recorder

    listener = await network.listen("127.0.0.1", 0, accept)
    made = []

    def dialled(transport):
        made.append(make(transport))
        return made[0]

    transport = await network.dial(listener.endpoint, dialled, timeout=5)
    far = await accepted
    try:
        yield made[0], far
    finally:
        transport.abort()
        far.transport.abort()
        await transport.wait_closed()
        await far.transport.wait_closed()
        await listener.close()

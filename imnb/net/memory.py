"""Connections inside one process, with a network whose weather can be chosen.

For tests, demonstrations without sockets and anyone who wants to see what a
client does when bytes come one at a time, late, or not at all.
"""

import asyncio
from collections.abc import Callable

from imnb.config import Endpoint, Limits, Timeouts
from imnb.errors import ConnectionFailed
from imnb.net.memory_transport import MemoryTransport, Weather
from imnb.net.transport import Receiver, Transport

FIRST_PORT = 40_000
"""Given out for port 0; there is no other user of these numbers."""


class MemoryNetwork:
    """Joins those who dial with those who listen.

    Attributes:
        weather: may be changed at any time.
        dialled: endpoints that were dialled, in order.
    """

    def __init__(
        self, limits: Limits | None = None, timeouts: Timeouts | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.timeouts = timeouts or Timeouts()
        self.weather = Weather()
        self.dialled: list[Endpoint] = []
        self._listeners: dict[Endpoint, MemoryListener] = {}
        self._open: set[MemoryTransport] = set()

    def __repr__(self) -> str:
        listening, connected = len(self._listeners), len(self._open) // 2
        return f"<MemoryNetwork: {listening} listeners, {connected} connections>"

    async def dial(
        self,
        endpoint: Endpoint,
        make: Callable[[Transport], Receiver],
        *,
        timeout: float,
    ) -> Transport:
        """See `Network.dial`."""
        self.dialled.append(endpoint)
        if self.weather.is_held:
            await asyncio.sleep(timeout)
            raise ConnectionFailed(f"{endpoint}: no answer within {timeout:g} s")
        listener = self._listeners.get(endpoint)
        if listener is None:
            raise ConnectionFailed(
                f"{endpoint}: Connection refused; check whether the server is running"
            )
        near = self._transport(f"memory:{len(self.dialled)}", str(endpoint))
        far = self._transport(near.peer_address, near.local_address)
        near.join(far)
        far.join(near)
        try:
            _receive(far, listener.accept)
        except Exception as error:  # as with sockets, the matter of those who listen
            context = {"message": f"{endpoint}: accepting failed", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)
        _receive(near, make)
        return near

    async def listen(
        self, host: str, port: int, accept: Callable[[Transport], Receiver]
    ) -> "MemoryListener":
        """See `Network.listen`."""
        free = FIRST_PORT + len(self._listeners)
        while not port and Endpoint(host, free) in self._listeners:
            free += 1
        endpoint = Endpoint(host, port or free)
        if endpoint in self._listeners:
            raise ConnectionFailed(f"cannot listen on {endpoint}: already in use")
        listener = MemoryListener(endpoint, accept, self._listeners)
        self._listeners[endpoint] = listener
        return listener

    def release(self) -> None:
        """Deliver what was held."""
        self.weather.is_held = False
        for transport in self._open:
            transport.deliver_soon()

    def cut(self, error: Exception | None = None) -> None:
        """End every connection, on both sides, as a broken cable would."""
        for transport in list(self._open):
            transport.end(error or ConnectionResetError("connection reset by peer"))

    def _transport(self, local: str, peer: str) -> MemoryTransport:
        made = MemoryTransport(
            local,
            peer,
            weather=self.weather,
            limit=self.limits.send_queue_bytes,
            linger=self.timeouts.close,
            forget=self._open.discard,
        )
        self._open.add(made)
        return made


def _receive(transport: MemoryTransport, make: Callable[[Transport], Receiver]) -> None:
    try:
        transport.start(make(transport))
    except BaseException:  # nobody is there who would close it
        transport.abort()
        raise


class MemoryListener:
    """A place in one `MemoryNetwork`."""

    def __init__(
        self,
        endpoint: Endpoint,
        accept: Callable[[Transport], Receiver],
        listeners: "dict[Endpoint, MemoryListener]",
    ) -> None:
        self.endpoint = endpoint
        self.accept = accept
        self._listeners = listeners

    async def close(self) -> None:
        """See `Listener.close`."""
        self._listeners.pop(self.endpoint, None)

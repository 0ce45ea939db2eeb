"""Real TCP: dialling and listening."""

import asyncio
import errno
import ipaddress
import logging
import socket
from collections.abc import Callable
from typing import cast

from imnb.config import Endpoint, Limits, Timeouts
from imnb.errors import ConnectionFailed
from imnb.net.os_error import describe
from imnb.net.tcp_transport import TcpTransport
from imnb.net.transport import Receiver, Transport

log = logging.getLogger(__name__)

BACKLOG = 512
"""Connections the kernel holds for us while the loop is busy."""
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
ACCEPT_PAUSE = 1.0
"""Seconds without accepting when files or memory have run out."""

_SocketName = tuple[str, int] | tuple[str, int, int, int]
_Address = tuple[socket.AddressFamily, _SocketName]


class TcpNetwork:
    """Connections over the operating system's TCP."""

    def __init__(
        self, limits: Limits | None = None, timeouts: Timeouts | None = None
    ) -> None:
        self._limits = limits or Limits()
        self._timeouts = timeouts or Timeouts()

    async def dial(
        self,
        endpoint: Endpoint,
        make: Callable[[Transport], Receiver],
        *,
        timeout: float,
    ) -> Transport:
        """See `Network.dial`; a name's addresses are tried in order."""
        try:
            async with asyncio.timeout(timeout):
                connected = await self._connect(endpoint)
        except TimeoutError:
            raise ConnectionFailed(
                f"{endpoint}: no answer within {timeout:g} s; "
                "check the address and whether a firewall drops the connection"
            ) from None
        except OSError as error:
            raise ConnectionFailed(
                f"{endpoint}: {describe(error)}; "
                "check the address and whether the server is running"
            ) from error
        return self._start(connected, make)

    async def listen(
        self, host: str, port: int, accept: Callable[[Transport], Receiver]
    ) -> "TcpListener":
        """See `Network.listen`."""
        try:
            family, address = (await _resolve(host, port))[0]
            listening = socket.create_server(address, family=family, backlog=BACKLOG)
        except OSError as error:
            raise ConnectionFailed(
                f"cannot listen on {host}:{port}: {describe(error)}; "
                "port 0 takes a free one"
            ) from error
        return TcpListener(listening, lambda sock: self._start(sock, accept))

    def _start(
        self, connected: socket.socket, make: Callable[[Transport], Receiver]
    ) -> TcpTransport:
        try:
            transport = TcpTransport(
                connected, self._limits.send_queue_bytes, self._timeouts.close
            )
        except OSError as error:  # gone between connecting and now
            connected.close()
            raise ConnectionFailed(f"lost at once: {describe(error)}") from error
        try:
            transport.start(make(transport))
        except BaseException:  # nobody is there who would close it
            transport.abort()
            raise
        return transport

    async def _connect(self, endpoint: Endpoint) -> socket.socket:
        failure = OSError("the name has no address")
        for family, address in await _resolve(endpoint.host, endpoint.port):
            try:
                return await _connect(family, address)
            except OSError as error:
                failure = error
        raise failure


async def _connect(family: socket.AddressFamily, address: _SocketName) -> socket.socket:
    connecting = socket.socket(family, socket.SOCK_STREAM)
    try:
        connecting.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connecting, address)
    except BaseException:
        connecting.close()
        raise
    return connecting


async def _resolve(host: str, port: int) -> list[_Address]:
    """The addresses of a name; a literal costs no look-up thread."""
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return await _look_up(host, port)
    return [(socket.AF_INET if literal.version == 4 else socket.AF_INET6, (host, port))]


async def _look_up(host: str, port: int) -> list[_Address]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except ValueError as error:  # a label too long, or characters of no name
        raise OSError(f"{host!r} is no host name") from error
    return [(family, cast("_SocketName", name)) for family, _, _, _, name in found]


class TcpListener:
    """A listening socket on the running loop."""

    def __init__(
        self, listening: socket.socket, start: Callable[[socket.socket], object]
    ) -> None:
        listening.setblocking(False)
        self.endpoint = Endpoint(*listening.getsockname()[:2])
        self._socket = listening
        self._start = start
        self._loop = asyncio.get_running_loop()
        self._pause: asyncio.TimerHandle | None = None
        self._watch()

    def __repr__(self) -> str:
        return f"<TcpListener {self.endpoint}>"

    async def close(self) -> None:
        """See `Listener.close`."""
        if self._pause is not None:
            self._pause.cancel()
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def _watch(self) -> None:
        self._loop.add_reader(self._socket, self._on_readable)

    def _on_readable(self) -> None:
        try:
            connected, _ = self._socket.accept()
        except OSError as error:
            self._handle(error)
            return
        try:
            self._start(connected)
        except ConnectionFailed:
            log.debug("%s: a connection ended before it was accepted", self.endpoint)

    def _handle(self, error: OSError) -> None:
        """Wait when files have run out, else the loop would spin; ignore others."""
        if error.errno in EXHAUSTED:
            log.warning("%s: not accepting: %s", self.endpoint, describe(error))
            self._loop.remove_reader(self._socket)
            self._pause = self._loop.call_later(ACCEPT_PAUSE, self._watch)

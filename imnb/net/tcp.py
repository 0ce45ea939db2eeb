"""Real TCP: dialling and listening."""

import asyncio
import errno
import functools
import ipaddress
import itertools
import logging
import socket
import ssl
from collections.abc import Callable
from typing import cast

from imnb.config import Endpoint, Limits, Timeouts, Tls
from imnb.errors import ConnectionFailed
from imnb.net.os_error import describe
from imnb.net.tcp_transport import TcpTransport
from imnb.net.tls import TlsEnd, client_context
from imnb.net.transport import Receiver, Transport
from imnb.tasks.race import race

log = logging.getLogger(__name__)

BACKLOG = 512
"""Connections the kernel holds for us while the loop is busy."""
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
ACCEPT_PAUSE = 1.0
"""Seconds without accepting when files or memory have run out."""

_SocketName = tuple[str, int] | tuple[str, int, int, int]
_Address = tuple[socket.AddressFamily, _SocketName]


class TcpNetwork:
    """Connections over the operating system's TCP.

    Args:
        limits: how much may wait to be sent.
        timeouts: how long closing may take.
        tls: speak TLS where this network dials.
        server_tls: and where it listens; see `imnb.net.tls.server_context`.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        timeouts: Timeouts | None = None,
        *,
        tls: Tls | None = None,
        server_tls: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._timeouts = timeouts or Timeouts()
        self._tls = tls
        self._server_tls = server_tls

    async def dial(
        self,
        endpoint: Endpoint,
        make: Callable[[Transport], Receiver],
        *,
        timeout: float,
    ) -> Transport:
        """See `Network.dial`; a name's addresses are raced.

        Raises:
            CertificateError: the peer's is not trusted, expired, or not its own.
            ConnectionFailed: also when there is no TLS with the peer.
            ConfigError: the authorities of `Tls` cannot be loaded.
        """
        connected: socket.socket | None = None
        try:
            async with asyncio.timeout(timeout):
                connected = await self._connect(endpoint)
                transport = await self._secure(connected, endpoint.host)
        except TimeoutError:
            raise ConnectionFailed(_no_answer(endpoint, timeout, connected)) from None
        except ConnectionFailed as error:
            raise type(error)(f"{endpoint}: {error}") from error
        except OSError as error:
            raise ConnectionFailed(
                f"{endpoint}: {describe(error)}; "
                "check the address and whether the server is running"
            ) from error
        return _start(transport, make)

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
        return TcpListener(listening, lambda sock: self._accept(sock, accept))

    def _accept(
        self, connected: socket.socket, accept: Callable[[Transport], Receiver]
    ) -> None:
        context = self._server_tls
        tls = None if context is None else TlsEnd(context, is_server=True)
        _start(self._transport(connected, tls), accept)

    async def _secure(self, connected: socket.socket, host: str) -> TcpTransport:
        try:
            transport = self._transport(connected, self._client_tls(host))
        except BaseException:
            connected.close()
            raise
        try:
            await transport.secure()
        except BaseException:
            transport.abort()
            raise
        return transport

    def _client_tls(self, host: str) -> TlsEnd | None:
        if self._tls is None:
            return None
        return TlsEnd(client_context(self._tls), self._tls.server_name or host)

    def _transport(self, connected: socket.socket, tls: TlsEnd | None) -> TcpTransport:
        limit, linger = self._limits.send_queue_bytes, self._timeouts.close
        try:
            return TcpTransport(connected, limit, linger, tls)
        except OSError as error:  # gone between connecting and now
            connected.close()
            raise ConnectionFailed(f"lost at once: {describe(error)}") from error

    async def _connect(self, endpoint: Endpoint) -> socket.socket:
        addresses = _interleaved(await _resolve(endpoint.host, endpoint.port))
        if not addresses:
            raise OSError("the name has no address")
        attempts = [functools.partial(_connect, *address) for address in addresses]
        try:
            return await race(
                attempts, failures=(OSError,), discard=socket.socket.close
            )
        except ExceptionGroup as group:
            failure = group.exceptions[-1]
        raise failure


def _start(
    transport: TcpTransport, make: Callable[[Transport], Receiver]
) -> TcpTransport:
    try:
        transport.start(make(transport))
    except BaseException:  # nobody is there who would close it
        transport.abort()
        raise
    return transport


def _no_answer(endpoint: Endpoint, timeout: float, connected: object) -> str:
    if connected is None:
        return (
            f"{endpoint}: no answer within {timeout:g} s; "
            "check the address and whether a firewall drops the connection"
        )
    return (
        f"{endpoint}: connected, but no TLS handshake within {timeout:g} s; "
        "check whether the server speaks TLS at this port"
    )


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


def _interleaved(addresses: list[_Address]) -> list[_Address]:
    """Families in turn (RFC 8305): one that is broken delays the other once."""
    first = [one for one in addresses if one[0] == addresses[0][0]]
    others = [one for one in addresses if one[0] != addresses[0][0]]
    pairs = itertools.zip_longest(first, others)
    return [one for pair in pairs for one in pair if one is not None]


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

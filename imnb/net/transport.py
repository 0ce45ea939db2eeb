"""What a connection looks like to those above it, whatever carries the bytes.

A transport is a full-duplex byte stream that calls its receiver. Sending is two
steps under `Transport.lock`, seal then put, so that the order of nonces is the
order on the wire even when another thread sends.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from imnb.config import Endpoint


class Receiver(Protocol):
    """Owner of one connection; called on the loop, never re-entered."""

    def data_received(self, data: bytes) -> None:
        """Whatever one read gave, at most `READ_SIZE` bytes."""

    def connection_lost(self, error: Exception | None) -> None:
        """The last call; None after our own close or the peer's orderly end."""


class Transport(Protocol):
    """One open connection."""

    lock: threading.Lock
    """Held around seal and put; another thread may do both."""

    @property
    def local_address(self) -> str:
        """As ``host:port``."""

    @property
    def peer_address(self) -> str:
        """As ``host:port``."""

    @property
    def unsent(self) -> int:
        """Bytes put and not yet taken by the network."""

    @property
    def has_room(self) -> bool:
        """`drain` would return at once."""

    def put(self, data: bytes) -> None:
        """Send soon; the caller holds `lock`. Does nothing once closed.

        From another thread it sends at once what the network takes: the loop
        may be frozen. Never from ``__del__`` or a signal handler, which may
        have interrupted the holder of `lock`.
        """

    def send_now(self) -> None:
        """As `put` of nothing by another thread: what waits leaves, if it can."""

    async def drain(self) -> None:
        """Return when `unsent` is below the limit.

        Raises:
            ConnectionLost: the connection ended meanwhile.
        """

    def pause_reading(self) -> None:
        """Leave arriving bytes to the network until `resume_reading`."""

    def resume_reading(self) -> None:
        """Read again."""

    def close(self) -> None:
        """Send what was put, for a bounded time, then end the connection."""

    def abort(self) -> None:
        """End the connection now."""

    async def wait_closed(self) -> None:
        """Return when the receiver was told that the connection is over."""


class Listener(Protocol):
    """A place where connections are accepted."""

    @property
    def endpoint(self) -> Endpoint:
        """Where to dial; the real port when 0 was asked for."""

    async def close(self) -> None:
        """Accept no more; accepted connections stay."""


class Network(Protocol):
    """Makes connections."""

    async def dial(
        self,
        endpoint: Endpoint,
        make: Callable[[Transport], Receiver],
        *,
        timeout: float,
    ) -> Transport:
        """Connect; ``make`` gives the receiver before the first byte is read.

        Raises:
            ConnectionFailed: refused, unreachable, or not within ``timeout``.
        """

    async def listen(
        self, host: str, port: int, accept: Callable[[Transport], Receiver]
    ) -> Listener:
        """Accept connections; port 0 takes a free one.

        Raises:
            ConnectionFailed: the address cannot be listened on.
        """


READ_SIZE = 64 * 1024
"""Bytes of one read: some 300 frames of a chat, one batch for those above."""


def format_address(address: tuple[str, int] | tuple[str, int, int, int]) -> str:
    """``host:port`` of a socket address, IPv6 in brackets."""
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

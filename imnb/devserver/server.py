"""The embedded server: the whole protocol, in this process or as one of its own."""

import contextlib
import dataclasses
import pathlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol, Self, TypeVar

from imnb.config import Endpoint, Environment, Limits, Tls
from imnb.devserver.gateway import Gateway
from imnb.devserver.identity import Identity
from imnb.devserver.ledger import Ledger, Log
from imnb.devserver.realm import IDENTITY, Realm, restore
from imnb.devserver.refusal import Refusal
from imnb.devserver.service import Service
from imnb.devserver.sessions import Sessions
from imnb.devserver.world import World
from imnb.errors import ClosedError, ConfigError
from imnb.models.ids import UserId
from imnb.net.tcp import TcpNetwork
from imnb.net.tls import server_context
from imnb.net.transport import Network

T = TypeVar("T")


class DataFile(Log, Protocol):
    """What a server needs of `imnb.store.journal.Journal`."""

    def load(self) -> AsyncIterator[tuple[str, bytes]]:
        """All records, oldest first."""

    async def close(self) -> None:
        """Store what was submitted, and close the file."""


def wall_clock() -> int:
    """Microseconds since 1970, UTC."""
    return time.time_ns() // 1000


class DevServer:
    """A server with its gateway; use it with ``async with``.

    Args:
        users: passwords by user id; without any, alice, bob, carol and dave,
            each with the id as password (with a data file: those it has).
        tcp_port: 0 takes a free one, and so for ``http_port``.
        data: a file in which everything acknowledged survives; else in memory.
            It holds the server's private key: keep it where others cannot read.
            Uploads go into the folder ``<data>.files``, else a temporary one.
        environment: part of the handshake; clients must name the same.
        silence_limit: seconds after which a silent client is cut off.
        retention: events kept for each account.
        network: where the TCP service listens; the gateway is always real HTTP.
        tls: PEM files of a certificate and its key, for TLS on the TCP service.
        clock: microseconds since 1970, UTC.
    """

    _journal: DataFile | None = None
    _realm: Realm | None = None
    _ledger: Ledger | None = None
    _service: Service | None = None
    _gateway: Gateway | None = None
    _addresses: tuple[Endpoint, Endpoint] | None = None
    _is_closed = False

    def __init__(
        self,
        users: Mapping[str, str] | None = None,
        *,
        host: str = "127.0.0.1",
        tcp_port: int = 0,
        http_port: int = 0,
        data: pathlib.Path | None = None,
        environment: str = "local",
        limits: Limits | None = None,
        silence_limit: float = 60.0,
        retention: int = 100_000,
        network: Network | None = None,
        tls: tuple[pathlib.Path, pathlib.Path] | None = None,
        clock: Callable[[], int] = wall_clock,
    ) -> None:
        self._users = None if users is None else dict(users)
        self._host = host
        self._ports = tcp_port, http_port
        self._data = data
        self._environment = environment
        self._limits = limits or Limits()
        self._silence_limit = silence_limit
        self._retention = retention
        self._tls = tls
        self._network = network or TcpNetwork(
            self._limits, server_tls=None if tls is None else server_context(*tls)
        )
        self._clock = clock

    def __repr__(self) -> str:
        if self._is_closed:
            return "<DevServer closed>"
        if self._addresses is None:
            return "<DevServer not started>"
        return f"<DevServer {self.gateway_url}, TCP {self.endpoint}>"

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    @property
    def world(self) -> World:
        """Accounts, conversations and events; may be changed directly in tests."""
        return _started(self._realm).world

    @property
    def sessions(self) -> Sessions:
        """Who is logged in: to kick somebody, to drop connections."""
        return _started(self._service).sessions

    @property
    def public_key(self) -> bytes:
        """The server's static key, 32 bytes."""
        return _started(self._realm).identity.public_key

    @property
    def endpoint(self) -> Endpoint:
        """Where the TCP service listens."""
        return _started(self._addresses)[0]

    @property
    def gateway_url(self) -> str:
        """What clients are given."""
        return f"http://{_started(self._addresses)[1]}"

    async def announce(self, user: str, text: str) -> None:
        """Tell a user something, in a conversation that only the server writes in.

        Args:
            user: ``"*"`` tells everybody who has an account now.
            text: at most 64 KiB.

        Raises:
            ConfigError: no such account, or no text that a message may have.
        """
        who = UserId("" if user == "*" else user)
        realm, ledger = _started(self._realm), _started(self._ledger)
        try:
            await realm.announce(who, text, ledger, self._clock())
        except Refusal as refusal:
            raise ConfigError(str(refusal)) from None

    def environment(self, **changes: Any) -> Environment:
        """The settings with which a client reaches this server."""
        environment = Environment(
            gateway=self.gateway_url,
            name=self._environment,
            limits=self._limits,
            # Also where nobody else vouches for the certificate.
            tls=None if self._tls is None else Tls(ca_file=str(self._tls[0])),
        )
        return dataclasses.replace(environment, **changes)

    async def start(self) -> Self:
        """Open the data file, and begin to listen.

        Raises:
            ClosedError: it was started before.
            ConfigError: a user id cannot be one.
            ConnectionFailed: an address cannot be listened on.
            StoreError: the data file cannot be used.
        """
        if self._is_closed or self._realm is not None:
            raise ClosedError("a DevServer is started once: make a new one")
        try:
            await self._start()
        except BaseException:
            await self.close()
            raise
        return self

    async def close(self) -> None:
        """End everything; what was acknowledged is stored. Safe to call twice."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._gateway is not None:
            await self._gateway.close()
        if self._service is not None:
            await self._service.close()
        if self._journal is not None:
            await self._journal.close()

    async def _start(self) -> None:
        realm, ledger = self._realm, self._ledger = await self._open()
        await realm.set_users(self._users, ledger, self._clock())
        self._service = Service(
            realm,
            ledger,
            environment=self._environment,
            limits=self._limits,
            silence_limit=self._silence_limit,
            wall_clock=self._clock,
        )
        tcp_port, http_port = self._ports
        tcp = await self._service.listen(self._network, self._host, tcp_port)
        data = self._data
        self._gateway = Gateway(
            realm,
            tcp=tcp,
            environment=self._environment,
            wall_clock=self._clock,
            limits=self._limits,
            files=None if data is None else data.with_name(f"{data.name}.files"),
        )
        self._addresses = tcp, await self._gateway.listen(self._host, http_port)

    async def _open(self) -> tuple[Realm, Ledger]:
        """The state of the data file, or a new one."""
        if self._data is None:
            return Realm(Identity.new(), self._retention), Ledger()
        self._journal = await _open_journal(self._data)
        realm = await restore(self._journal.load(), self._retention)
        if realm is None:
            realm = Realm(Identity.new(), self._retention)
            await self._journal.submit(IDENTITY, realm.identity.to_bytes())
        return realm, Ledger(self._journal)


def _started(part: T | None) -> T:
    if part is None:
        raise ClosedError("start the server first: await server.start()")
    return part


async def _open_journal(path: pathlib.Path) -> DataFile:
    # Here, so that a server without a file does not load DuckDB.
    from imnb.store.journal import Journal

    journal = await Journal.open(path)
    # The private key comes in later, and then nobody else may read it.
    for one in (path, path.with_name(f"{path.name}.wal")):
        with contextlib.suppress(FileNotFoundError):
            one.chmod(0o600)
    return journal

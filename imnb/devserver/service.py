"""The TCP service: accepts connections and watches over them."""

import asyncio
import logging
from collections.abc import Callable

from imnb.config import Endpoint, Limits
from imnb.devserver.connection import Connection
from imnb.devserver.desk import Desk
from imnb.devserver.ledger import Ledger
from imnb.devserver.paging import page_bytes
from imnb.devserver.realm import Realm
from imnb.devserver.sessions import Sessions
from imnb.engine.clock import TICK, ActiveClock
from imnb.net.transport import Listener, Network, Transport
from imnb.tasks import TaskScope
from imnb.wire.noise import Role
from imnb.wire.session import Session

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 10_000
LOGIN_LIMIT = 10.0
"""Seconds within which a connection must log in."""
UNREAD_LIMIT = 600.0
"""Seconds after which a client that leaves its replies unread is cut off."""
CLOSING_LIMIT = 3.0
"""Seconds that clients have to take the last bytes when the server closes."""


class Service:
    """All connections of a server.

    Overdue timers are judged by the active clock: a synchronous cell in the
    kernel that this server may share blocks the loop, and is nobody's silence.
    """

    _listener: Listener | None = None

    def __init__(
        self,
        realm: Realm,
        ledger: Ledger,
        *,
        environment: str,
        limits: Limits,
        silence_limit: float,
        wall_clock: Callable[[], int],
    ) -> None:
        realm.world.page_bytes = page_bytes(limits)
        self.sessions = Sessions(realm.world)
        self.scope = TaskScope("devserver")
        self._private_key = realm.identity.private_key
        self._environment = environment
        self._limits = limits
        self._silence_limit = silence_limit
        self._connections: set[Connection] = set()
        self._loop = asyncio.get_running_loop()
        self._active = ActiveClock(self._loop.time())
        self._desk = Desk(
            realm,
            ledger,
            self.sessions,
            scope=self.scope,
            left=self._left,
            wall_clock=wall_clock,
            silence_limit=silence_limit,
        )

    def __repr__(self) -> str:
        return f"<Service: {len(self._connections)} connections, {self.sessions!r}>"

    def __len__(self) -> int:
        return len(self._connections)

    async def listen(self, network: Network, host: str, port: int) -> Endpoint:
        """Begin to accept connections.

        Raises:
            ConnectionFailed: the address cannot be listened on.
        """
        self._listener = await network.listen(host, port, self._accept)
        self.scope.spawn(self._watch(), "watch")
        return self._listener.endpoint

    async def close(self) -> None:
        """End all connections and wait for them, for a bounded time."""
        if self._listener is not None:
            await self._listener.close()
        connections = list(self._connections)
        for connection in connections:
            connection.close("the server is shutting down")
        try:
            async with asyncio.timeout(CLOSING_LIMIT):
                for connection in connections:
                    await connection.wait_closed()
        except TimeoutError:
            for connection in list(self._connections):
                connection.drop("the server is shutting down")
        self._desk.close()
        await self.scope.close()

    def _accept(self, transport: Transport) -> Connection:
        session = Session(
            Role.SERVER,
            key=self._private_key,
            environment=self._environment,
            limits=self._limits,
        )
        connection = Connection(
            transport,
            session,
            self._desk,
            scope=self.scope,
            clock=self._now,
            limits=self._limits,
        )
        self._connections.add(connection)
        if len(self._connections) > MAX_CONNECTIONS:
            connection.close("the server has too many connections: try again later")
        return connection

    def _now(self) -> float:
        return self._active.at(self._loop.time())

    def _left(self, connection: Connection, reason: str) -> None:
        self._connections.discard(connection)
        if reason:
            log.info("%s: connection ended: %s", connection.peer, reason)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            now = self._active.tick(self._loop.time())
            for connection in list(self._connections):
                self._judge(connection, now)

    def _judge(self, connection: Connection, now: float) -> None:
        if connection.is_closing:
            return
        waiting_since = connection.waiting_since
        if waiting_since is not None and now - waiting_since > UNREAD_LIMIT:
            connection.drop(f"left its replies unread for {UNREAD_LIMIT:.0f} s")
        elif connection.user is None and now - connection.opened_at > LOGIN_LIMIT:
            connection.close(f"no login within {LOGIN_LIMIT:.0f} s")
        elif connection.is_reading and now - connection.heard_at > self._silence_limit:
            connection.close(f"silent for more than {self._silence_limit:g} s")

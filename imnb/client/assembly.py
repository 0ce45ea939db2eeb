"""The parts of a logged-in client, opened and closed in order."""

import asyncio
import contextlib
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

from imnb.client.api.user import load_me
from imnb.client.call_history import CallHistory
from imnb.client.common_headers import common_headers
from imnb.client.gateway import Credentials, Gateway, Ticket
from imnb.client.plugins import ClientPlugins
from imnb.client.session import SessionPlan
from imnb.client.uploading import upload
from imnb.config import Environment
from imnb.engine.channels import HttpChannel
from imnb.engine.engine import Engine
from imnb.engine.progress import OnProgress, Teller
from imnb.engine.states import State, StateChange
from imnb.errors import ClosedError, ImnbError
from imnb.live.hooks import MessageHooks
from imnb.live.poller import Poller
from imnb.models.file import FileRef
from imnb.models.ids import UserId
from imnb.models.user import User
from imnb.net.tcp import TcpNetwork
from imnb.pb.session_pb2 import Kicked
from imnb.store.database import Database
from imnb.sync.synchroniser import Synchroniser


class Assembly:
    """Everything behind a logged-in client.

    Attributes:
        me: as of the last log-in.
        database: the user's store.
        call_history: writes calls that are over to it.
        synchroniser: keeps it in step with the server.
        poller: reads for the sources of views.
    """

    me: User
    database: Database
    call_history: CallHistory
    synchroniser: Synchroniser
    poller: Poller
    _plan: SessionPlan
    _kind: type[ImnbError] = ClosedError

    def __init__(
        self,
        engine: Engine,
        environment: Environment,
        credentials: Credentials,
        hooks: MessageHooks | None = None,
        plugins: ClientPlugins | None = None,
    ) -> None:
        self._plugins = plugins or ClientPlugins()
        self._hooks = hooks or MessageHooks()
        self._engine = engine
        self._environment = environment
        self._credentials = credentials
        channel = HttpChannel(
            engine.scope.report, environment.timeouts, environment.tls
        )
        common = common_headers(credentials.device)
        engine.channel.life.intercept(common)
        channel.life.intercept(common)
        channel.life.watch(engine.calls.look)
        self._gateway = Gateway(environment, channel)
        self._closing = contextlib.AsyncExitStack()

    @property
    def gateway(self) -> Gateway:
        """HTTP, with the token of the last log-in."""
        return self._gateway

    async def open(self, open_store: Callable[[], Awaitable[Database]]) -> None:
        """Authenticate, open the store, connect, catch up.

        The gateway comes first: for a user that it refuses no store is made.

        Raises:
            ImnbError: whatever keeps it from being online; nothing stays open.
        """
        try:
            await self._open(open_store)
        except BaseException:
            await self.close()
            raise

    async def resume(self) -> None:
        """Log in again when the session ended for good; all parts stay as they are.

        Raises:
            ImnbError: the gateway refuses, or the connection failed; in the
                latter case it is tried again like one that was lost.
        """
        await self._connect(await self._gateway.authenticate(self._credentials))

    async def change_token(self, token: str) -> None:
        """Ask the gateway with another token, and log in again with it.

        Raises:
            ImnbError: the gateway refuses, and all stays as it is; or the
                connection failed, as in `resume`.
        """
        changed = dataclasses.replace(self._credentials)
        changed.prove(token=token)
        ticket = await self._gateway.authenticate(changed)
        self._credentials.prove(token=token)
        engine = self._engine
        # While it is connecting nobody can say which ticket it has.
        with contextlib.suppress(ImnbError, OSError):
            await engine.wait_online(fail_fast=True)
        if engine.state in {State.KICKED, State.CLOSED}:
            await self._connect(ticket)
        else:
            await self._connect_anew(ticket, "the token was changed")

    async def close(self, kind: type[ImnbError] = ClosedError) -> None:
        """Close in the opposite order; safe to call twice.

        Those who wait for their message to be accepted get an error of ``kind``.
        """
        self._kind = kind
        await self._closing.aclose()

    async def _open(self, open_store: Callable[[], Awaitable[Database]]) -> None:
        engine, later = self._engine, self._closing.push_async_callback
        later(lambda: self._gateway.close(self._kind))
        ticket = await self._gateway.authenticate(self._credentials)
        self.database = await open_store()
        later(self.database.close)
        self.call_history = CallHistory(engine.calls, self.database, engine.scope)
        later(self.call_history.close)
        self.synchroniser = Synchroniser(
            engine,
            self.database,
            me=UserId(self._credentials.user),
            limits=self._environment.limits,
            timeouts=self._environment.timeouts,
            upload=self._upload,
        )
        later(lambda: self.synchroniser.close(self._kind))
        self.poller = Poller(self.database, engine.scope)
        later(self.poller.close)
        table = self.synchroniser.pipeline.plugins
        self._plugins.attach(table, engine.scope.report)
        self._hooks.attach(self.database, engine.scope, lambda: table.hidden_kinds)
        later(self._hooks.detach)
        later(engine.close)
        await self.synchroniser.open()
        self._plan = SessionPlan(
            self._environment,
            self._credentials,
            self._gateway,
            engine,
            self.synchroniser,
            kicked=engine.kicked,
            limit_silence=engine.limit_silence,
        )
        engine.subscribe_batch(Kicked, self._plan.kicked)
        await self._connect(ticket)

    async def _upload(self, path: str, name: str, progress: OnProgress) -> FileRef:
        limit = self._environment.limits.max_file
        teller = Teller(progress, self._engine.scope.report)
        return await upload(self._gateway, path, name, limit=limit, teller=teller)

    async def _connect(self, ticket: Ticket) -> None:
        self._plan.use_next(ticket)
        self._engine.start(self._plan)
        await self._engine.wait_online(fail_fast=True)
        self.me = await load_me(
            self.synchroniser.users, self.database, UserId(self._credentials.user)
        )

    async def _connect_anew(self, ticket: Ticket, reason: str) -> None:
        """Leave the connection of a session that goes on, and make another."""
        engine = self._engine
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def go_on(change: StateChange) -> None:
            if change.state is State.WAITING:
                engine.reconnect_now()
            elif not begun.done():
                begun.set_result(None)

        self._plan.use_next(ticket)
        unsubscribe = engine.on_state(go_on)
        try:
            engine.drop(reason)
            engine.reconnect_now()
            await begun
        finally:
            unsubscribe()
        await engine.wait_online(fail_fast=True)


def make_engine(environment: Environment, **options: Any) -> Engine:
    """An engine with the environment's settings."""
    limits, timeouts = environment.limits, environment.timeouts
    network = options.pop("network", None)
    return Engine(
        network=network or TcpNetwork(limits, timeouts, tls=environment.tls),
        limits=limits,
        timeouts=timeouts,
        backoff=environment.backoff,
        heartbeat=environment.heartbeat,
        **options,
    )

"""The parts of a logged-in client, opened and closed in order."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from imnb.client.gateway import Credentials, Gateway
from imnb.client.session import SessionPlan
from imnb.config import Environment
from imnb.engine.channels import HttpChannel
from imnb.engine.engine import Engine
from imnb.live.poller import Poller
from imnb.models.ids import UserId
from imnb.pb.session_pb2 import Kicked
from imnb.store.database import Database
from imnb.sync.synchroniser import Synchroniser


class Assembly:
    """Everything behind a logged-in client.

    Attributes:
        database: the user's store.
        synchroniser: keeps it in step with the server.
        poller: reads for the sources of views.
    """

    database: Database
    synchroniser: Synchroniser
    poller: Poller

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._closing = contextlib.AsyncExitStack()

    async def open(
        self,
        environment: Environment,
        credentials: Credentials,
        open_store: Callable[[], Awaitable[Database]],
    ) -> None:
        """Authenticate, open the store, connect, catch up.

        The gateway comes first: for a user that it refuses no store is made.

        Raises:
            ImnbError: whatever keeps it from being online; nothing stays open.
        """
        try:
            await self._open(environment, credentials, open_store)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close in the opposite order; safe to call twice."""
        await self._closing.aclose()

    async def _open(
        self,
        environment: Environment,
        credentials: Credentials,
        open_store: Callable[[], Awaitable[Database]],
    ) -> None:
        engine, later = self._engine, self._closing.push_async_callback
        channel = HttpChannel(engine.scope.report, environment.timeouts)
        gateway = Gateway(environment, channel)
        later(gateway.close)
        ticket = await gateway.authenticate(credentials)
        self.database = await open_store()
        later(self.database.close)
        self.synchroniser = Synchroniser(
            engine,
            self.database,
            me=UserId(credentials.user),
            limits=environment.limits,
            timeouts=environment.timeouts,
        )
        later(self.synchroniser.close)
        self.poller = Poller(self.database, engine.scope)
        later(self.poller.close)
        later(engine.close)
        await self.synchroniser.open()
        plan = SessionPlan(
            environment,
            credentials,
            gateway,
            engine,
            self.synchroniser,
            kicked=engine.kicked,
        )
        plan.use_next(ticket)
        engine.subscribe_batch(Kicked, plan.kicked)
        engine.start(plan)
        await engine.wait_online(fail_fast=True)


def make_engine(environment: Environment, **options: Any) -> Engine:
    """An engine with the environment's settings."""
    return Engine(
        limits=environment.limits,
        timeouts=environment.timeouts,
        backoff=environment.backoff,
        heartbeat=environment.heartbeat,
        **options,
    )

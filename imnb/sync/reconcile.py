"""A look every so often at whether something was missed without anybody noticing."""

import logging
from collections.abc import Awaitable, Callable

from imnb.errors import CallError, ConnectionLost, EnvelopeError, StoreError
from imnb.pb.session_pb2 import PingReply, PingRequest
from imnb.sync.caller import Caller, ask

log = logging.getLogger(__name__)


class Reconcile:
    """Compares with the server, as long as a connection lives.

    Args:
        caller: asks the server.
        told: takes the server's newest event.
        complete: fetches what the store says is wanted or stale.
        interval: seconds.
        sleep: waits.
    """

    def __init__(
        self,
        caller: Caller,
        told: Callable[[int], None],
        complete: Callable[[], Awaitable[None]],
        *,
        interval: float,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._caller = caller
        self._told = told
        self._complete = complete
        self._interval = interval
        self._sleep = sleep

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._sleep(self._interval)
            await self.once()

    async def once(self) -> None:
        """Compare now; what cannot be had now is so at the next time."""
        try:
            reply = await ask(self._caller, "Ping", PingRequest(), PingReply)
            self._told(reply.event_seq)
            await self._complete()
        except (CallError, ConnectionLost, EnvelopeError, StoreError) as error:
            log.info("comparing with the server: %s", error)

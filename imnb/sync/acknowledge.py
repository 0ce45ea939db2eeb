"""Telling the server what is stored: cumulative, at most one call in flight."""

import asyncio
import logging

from imnb.engine.requests import TcpRequest
from imnb.errors import CallError, ConnectionLost
from imnb.pb.sync_pb2 import AcknowledgeRequest
from imnb.sync.caller import Caller
from imnb.tasks.killpoints import reached

log = logging.getLogger(__name__)


class Acknowledger:
    """Remembers the newest stored event and sends it when it can."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stored = 0
        self._sent = 0
        self._wake = asyncio.Event()

    def __repr__(self) -> str:
        return f"<Acknowledger {self._sent} of {self._stored}>"

    def stored(self, event_seq: int) -> None:
        """Everything up to here is committed."""
        self._stored = event_seq
        self._wake.set()

    def restart(self, event_seq: int) -> None:
        """Another connection, perhaps another epoch: say it anew."""
        self._sent = 0
        self.stored(event_seq)

    async def run(self) -> None:
        """Send as long as the session lives."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._stored > self._sent:
                await self._send(self._stored)

    async def _send(self, event_seq: int) -> None:
        request = AcknowledgeRequest(event_seq=event_seq)
        try:
            reached("acknowledge.before_send")
            await self._caller.call(TcpRequest("Acknowledge", request))
            reached("acknowledge.after_reply")
        except (CallError, ConnectionLost) as error:
            # Nothing is lost: the next one says it too.
            log.info("acknowledging event %d: %s", event_seq, error)
        else:
            self._sent = event_seq

"""The drafts of one conversation, sent in order, one request at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from imnb.errors import (
    CallError,
    CallRefused,
    ConnectionLost,
    ImnbError,
    LocalProtocolError,
    NotConnected,
)
from imnb.models.ids import ClientId
from imnb.models.message import Draft
from imnb.sync.sending import MAX_LIST, Outcome, next_list

log = logging.getLogger(__name__)

RETRY_AFTER = 1.0
"""Seconds until what failed on a living connection is tried again."""
FOR_GOOD = frozenset(
    {"BAD_REQUEST", "FORBIDDEN", "NOT_FOUND", "CONFLICT", "UNSUPPORTED"}
)
"""Refusals of a whole request that sending again does not change."""

Send = Callable[[list[Draft]], Awaitable[Outcome]]
"""Asks the server."""
Settle = Callable[[Outcome], Awaitable[None]]
"""Stores what came of it."""
ReportError = Callable[[str, BaseException], None]


class SendLane:
    """A queue of drafts; bounded by the outbox."""

    def __init__(self, send: Send, settle: Settle, report: ReportError) -> None:
        self._send = send
        self._settle = settle
        self._report = report
        self._drafts: dict[ClientId, Draft] = {}

    def __repr__(self) -> str:
        return f"<SendLane {len(self)} drafts>"

    def __len__(self) -> int:
        return len(self._drafts)

    def append(self, draft: Draft) -> None:
        """Send it after all others, once."""
        self._drafts.setdefault(draft.client_id, draft)

    def remove(self, client_id: ClientId) -> None:
        """Do not send it, or not again."""
        self._drafts.pop(client_id, None)

    async def run(self) -> bool:
        """Send until nothing is left (True) or the connection is gone."""
        most = MAX_LIST
        while self._drafts:
            drafts = next_list(self._drafts.values(), most)
            try:
                outcome = await self._ask(drafts)
                if outcome is None:
                    most = 1
                    continue
                await self._settle(outcome)
            except (ConnectionLost, NotConnected):
                return False
            except CallError as error:
                log.info("sending %d messages: %s; again later", len(drafts), error)
                await asyncio.sleep(RETRY_AFTER)
                continue
            except ImnbError as error:
                self._report("sending", error)
                await asyncio.sleep(RETRY_AFTER)
                continue
            for draft in drafts:
                self.remove(draft.client_id)
        return True

    async def _ask(self, drafts: list[Draft]) -> Outcome | None:
        """What became of them; None when they have to go one by one."""
        try:
            return await self._send(drafts)
        except CallRefused as error:
            if error.status not in FOR_GOOD:
                raise
            why = str(error)
        except LocalProtocolError as error:  # larger than a frame, for instance
            why = str(error)
        if len(drafts) > 1:
            return None  # one of them is to blame, the others are not
        return Outcome(refused={drafts[0].client_id: why})

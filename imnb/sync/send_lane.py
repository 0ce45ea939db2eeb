"""The drafts of one conversation, sent in order, one request at a time.

What the server is not able to do now is tried again in place, with growing waits,
so that the order stays; what it will never do is refused and holds nobody up.
"""

import asyncio
import collections
import logging
import random
from collections.abc import Awaitable, Callable

from imnb.config import Backoff
from imnb.engine.backoff import BackoffSeries
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
from imnb.sync.splitting import Piece, split

log = logging.getLogger(__name__)

BACKOFF = Backoff(base=1.0, cap=30.0)
"""Between tries on a connection that lives."""
FOR_GOOD = frozenset(
    {"BAD_REQUEST", "FORBIDDEN", "NOT_FOUND", "CONFLICT", "UNSUPPORTED"}
)
"""Refusals of a whole request that sending again does not change."""
INTERNAL = "INTERNAL"
"""The server has a mistake, perhaps with this message only."""
MAX_INTERNAL = 5
"""So often is a message tried that the server has a mistake with."""

Send = Callable[[list[Piece]], Awaitable[Outcome]]
"""Asks the server."""
Settle = Callable[[Outcome], Awaitable[None]]
"""Stores what came of it."""
ReportError = Callable[[str, BaseException], None]


class SendLane:
    """A queue of drafts; bounded by the outbox."""

    def __init__(
        self,
        send: Send,
        settle: Settle,
        report: ReportError,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._send = send
        self._settle = settle
        self._report = report
        self._pieces: dict[ClientId, Piece] = {}
        self._parts: dict[ClientId, list[ClientId]] = {}
        self._alone: set[ClientId] = set()
        self._internal: collections.Counter[ClientId] = collections.Counter()
        self._backoff = BackoffSeries(BACKOFF, jitter)

    def __repr__(self) -> str:
        return f"<SendLane {len(self)} messages>"

    def __len__(self) -> int:
        return len(self._pieces)

    def append(self, draft: Draft) -> None:
        """Send it after all others, once."""
        if draft.client_id in self._pieces:
            return
        pieces = split(draft)
        if len(pieces) > 1:
            ids = [piece.draft.client_id for piece in pieces]
            self._parts[draft.client_id] = ids
        for piece in pieces:
            self._pieces[piece.draft.client_id] = piece

    def remove(self, client_id: ClientId) -> None:
        """Do not send a draft, or not again."""
        for one in self._parts.pop(client_id, [client_id]):
            self._forget(one)

    async def run(self) -> bool:
        """Send until nothing is left (True) or the connection is gone."""
        while self._pieces:
            pieces = self._next()
            try:
                outcome = await self._ask(pieces)
                if outcome is None:
                    self._alone.update(piece.draft.client_id for piece in pieces)
                    continue
                await self._settle(outcome)
            except (ConnectionLost, NotConnected):
                return False
            except ImnbError as error:
                await self._wait(len(pieces), error)
                continue
            self._backoff.restart()
            self._settled(pieces, outcome)
        return True

    def _next(self) -> list[Piece]:
        front = next(iter(self._pieces))
        most = 1 if front in self._alone else MAX_LIST
        return next_list(self._pieces.values(), most)

    async def _ask(self, pieces: list[Piece]) -> Outcome | None:
        """What became of them; None when they have to go one by one."""
        try:
            return await self._send(pieces)
        except CallRefused as error:
            if not self._is_final(pieces, error):
                raise
            why = str(error)
        except LocalProtocolError as error:  # larger than a frame, for instance
            why = str(error)
        if len(pieces) > 1:
            return None  # one of them is to blame, the others are not
        return Outcome(refused={pieces[0].whole.client_id: why})

    def _is_final(self, pieces: list[Piece], error: CallRefused) -> bool:
        """The same request would be refused again."""
        if error.status != INTERNAL or len(pieces) > 1:
            return error.status in FOR_GOOD or error.status == INTERNAL
        client_id = pieces[0].draft.client_id
        self._internal[client_id] += 1
        return self._internal[client_id] >= MAX_INTERNAL

    async def _wait(self, count: int, error: ImnbError) -> None:
        if isinstance(error, CallError):
            log.info("sending %d messages: %s; again later", count, error)
        else:
            self._report("sending", error)
        await asyncio.sleep(self._backoff.fail())

    def _settled(self, pieces: list[Piece], outcome: Outcome) -> None:
        for piece in pieces:
            self._forget(piece.draft.client_id)
            if piece.is_last:
                self._parts.pop(piece.whole.client_id, None)
        for client_id in outcome.refused:
            self.remove(client_id)  # with the parts that were not sent yet

    def _forget(self, client_id: ClientId) -> None:
        self._pieces.pop(client_id, None)
        self._alone.discard(client_id)
        self._internal.pop(client_id, None)

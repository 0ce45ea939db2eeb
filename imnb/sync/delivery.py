"""How far messages have reached others' devices, written a few times a second."""

import asyncio
import contextlib
import functools
from collections.abc import Callable, Sequence

from imnb.errors import ClosedError
from imnb.pb.chat_pb2 import Delivered
from imnb.store.database import Database
from imnb.store.tables import member

INTERVAL = 0.5
"""Seconds between two writes."""
MOST = 10_000
"""Cursors that wait; more are written at once."""


class Delivery:
    """Joins pushes; what is lost with the process comes with the conversation."""

    def __init__(
        self, database: Database, report: Callable[[str, BaseException], None]
    ) -> None:
        self._database = database
        self._report = report
        self._waiting: dict[tuple[int, str], int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __repr__(self) -> str:
        return f"<Delivery: {len(self._waiting)} cursors to write>"

    def receive(self, pushes: Sequence[Delivered]) -> None:
        """Pushes of one read."""
        for push in pushes:
            if push.conversation_id > 0 and push.user_id and push.seq > 0:
                key = (push.conversation_id, push.user_id)
                self._waiting[key] = max(push.seq, self._waiting.get(key, 0))
        if len(self._waiting) > MOST:
            self.flush()
        elif self._waiting and self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(INTERVAL, self.flush)

    def flush(self) -> None:
        """Write what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        cursors = [(*key, seq) for key, seq in waiting.items()]
        change = functools.partial(member.delivered, cursors=cursors)
        with contextlib.suppress(ClosedError):  # the server says it again
            written = self._database.submit(change, len(cursors))
            written.add_done_callback(self._written)

    def _written(self, written: asyncio.Future[None]) -> None:
        if not written.cancelled() and (error := written.exception()) is not None:
            self._report("storing what was delivered", error)

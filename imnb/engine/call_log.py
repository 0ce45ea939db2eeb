"""The calls under way, and the last ones that are over: for the inspector.

Bound: `KEPT` calls that are over, without their contents; a newer one pushes the
oldest out. How many are under way is bounded by the channel.
"""

import collections
import datetime
import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

from imnb.engine.call import FINAL, Call, CallState

KEPT = 1_000
LONGEST_ERROR = 300
"""Characters of an error's text; a server may send a whole frame of it."""


def _utc_now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class CallRecord(NamedTuple):
    """What is known of a call; times are seconds since it was made, or None.

    Attributes:
        started_at: when it was made.
        method: its name; over HTTP, the verb and the path.
        ask_id: of its last try; 0 when it was not sent.
        queued, sending, waiting: when its last try came there.
        first_reply: when the first reply arrived.
        ended: when it was over.
        attempts: how often it was tried.
        error: why it failed, for people.
        may_have_acted: it failed, and the server may have carried it out.
    """

    started_at: datetime.datetime
    method: str
    state: str
    ask_id: int
    queued: float | None
    sending: float | None
    waiting: float | None
    first_reply: float | None
    ended: float | None
    attempts: int
    sent_bytes: int
    received_bytes: int
    error: str
    may_have_acted: bool


class CallLog:
    """Watches the calls of a channel; what costs time is done by who reads."""

    def __init__(
        self, kept: int = KEPT, now: Callable[[], datetime.datetime] = _utc_now
    ) -> None:
        self._now = now
        self._live: dict[Call[Any], datetime.datetime] = {}
        self._over: collections.deque[_Raw] = collections.deque(maxlen=kept)

    def __repr__(self) -> str:
        return f"<CallLog: {len(self._live)} under way, {len(self._over)} over>"

    def look(self, call: Call[Any]) -> None:
        """A call changed its state."""
        if call.state is CallState.CREATED:
            self._live[call] = self._now()
        elif call.state in FINAL and call in self._live:
            self._over.append(_raw(call, self._live.pop(call)))

    def records(self) -> list[CallRecord]:
        """Those that are over, the oldest first, then those under way."""
        live = itertools.starmap(_raw, self._live.items())
        return [_record(*raw) for raw in (*self._over, *live)]

    def rows(self) -> list[dict[str, Any]]:
        """The same for ``pandas.DataFrame``."""
        return [record._asdict() for record in self.records()]


_Raw = tuple[datetime.datetime, str, CallState, dict[CallState, float], tuple[Any, ...]]


def _raw(call: Call[Any], started_at: datetime.datetime) -> _Raw:
    """What is kept of a call: neither its request nor its error's traceback."""
    error = call.error
    rest = (
        call.replied_at,
        call.ask_id,
        call.attempts,
        call.sent_bytes,
        call.received_bytes,
        "" if error is None else _words(error),
        error is not None and getattr(error, "may_have_acted", False),
    )
    return started_at, call.request.name, call.state, call.times, rest


def _record(
    started_at: datetime.datetime,
    method: str,
    state: CallState,
    times: dict[CallState, float],
    rest: tuple[Any, ...],
) -> CallRecord:
    made = times[CallState.CREATED]
    replied_at, ask_id, attempts, sent_bytes, received_bytes, error, acted = rest

    def since(time: float | None) -> float | None:
        return None if time is None else time - made

    return CallRecord(
        started_at=started_at,
        method=method,
        state=state.value,
        ask_id=ask_id,
        queued=since(times.get(CallState.QUEUED)),
        sending=since(times.get(CallState.SENDING)),
        waiting=since(times.get(CallState.WAITING)),
        first_reply=since(replied_at),
        ended=since(times[state]) if state in FINAL else None,
        attempts=attempts,
        sent_bytes=sent_bytes,
        received_bytes=received_bytes,
        error=error,
        may_have_acted=acted,
    )


def _words(error: BaseException) -> str:
    text = str(error)[:LONGEST_ERROR]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__

"""The calls under way, and the last ones that are over: for the inspector.

Bound: `KEPT` calls that are over, without their contents; a newer one pushes the
oldest out. How many are under way is bounded by the channel.
"""

import collections
import datetime
import itertools
import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from imnb.engine.call import FINAL, Call, CallState

log = logging.getLogger(__name__)

KEPT = 1_000
LONGEST_ERROR = 300
"""Characters of an error's text; a server may send a whole frame of it."""
PHASES = ("queued", "sending", "waiting", "receiving")
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class CallRecord(NamedTuple):
    """What is known of a call; times are seconds since it was made, or None.

    Attributes:
        number: counts the calls of a log from 1, in the order they were made.
        started_at: when it was made.
        made_at: the same by the loop's clock, which that of a capture goes with.
        method: its name; over HTTP, the verb and the path.
        ask_id: of its last try; 0 when it was not sent.
        priority: as the request had it.
        queued, sending, waiting: when its last try came there.
        first_reply: when the first reply arrived.
        ended: when it was over.
        attempts: how often it was tried.
        error: why it failed, for people.
        may_have_acted: it failed, and the server may have carried it out.
    """

    number: int
    started_at: datetime.datetime
    made_at: float
    method: str
    state: str
    ask_id: int
    priority: int
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

    @property
    def started_us(self) -> int:
        """When it was made: microseconds since 1970, UTC."""
        return (self.started_at - _EPOCH) // datetime.timedelta(microseconds=1)

    @property
    def error_name(self) -> str:
        """The name of the error, without what it says."""
        return self.error.partition(":")[0]

    @property
    def phases(self) -> tuple[float, ...]:
        """Seconds in each of `PHASES` that was left, as far as it came.

        Together they are the whole call. Tries before the last one count as
        queued; of a call under way the phase that it is in is missing.
        """
        since = self.queued or 0.0
        edges = [0.0]
        for edge in (self.sending, self.waiting, self.first_reply):
            if edge is None or edge < since:  # of an earlier try
                break
            edges.append(edge)
        if self.ended is not None:
            edges.append(self.ended)
        return tuple(end - begin for begin, end in itertools.pairwise(edges))


class CallLog:
    """Watches the calls of a channel; what costs time is done by who reads.

    Attributes:
        made: calls of which it heard.
        ended: those of them that are over.
    """

    def __init__(self, kept: int = KEPT, now: Callable[[], int] = time.time_ns) -> None:
        """``now`` gives nanoseconds since 1970, UTC."""
        self.made = 0
        self.ended = 0
        self._now = now
        self._live: dict[Call[Any], tuple[int, int]] = {}
        self._over: collections.deque[RawCall] = collections.deque(maxlen=kept)
        self._listeners: list[Callable[[], None]] = []
        self._is_told = False

    def __repr__(self) -> str:
        return f"<CallLog: {len(self._live)} under way, {len(self._over)} over>"

    def look(self, call: Call[Any]) -> None:
        """A call changed its state; the hot path."""
        if call.state is CallState.CREATED:
            self.made += 1
            self._live[call] = self.made, self._now()
        elif call.state in FINAL and call in self._live:
            self.ended += 1
            self._over.append(_raw(call, self._live.pop(call)))
        else:
            return
        if not self._is_told and self._listeners:
            self._tell()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` when calls began or ended that nobody has read yet.

        It is called once for all of them until somebody reads. Do little in it.

        Returns:
            what ends it.
        """
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def over(self, after: int = 0) -> list["RawCall"]:
        """Those that are over and here, but for the first ``after`` that ever were.

        In the order in which they ended; `read` makes sense of one, in any thread.
        """
        self._is_told = False
        fresh = min(self.ended - after, len(self._over))
        return list(itertools.islice(self._over, len(self._over) - fresh, None))

    def live(self, limit: int | None = None) -> list[CallRecord]:
        """Those under way, the oldest first; only the newest ``limit`` of them."""
        self._is_told = False
        newest = itertools.islice(reversed(self._live.items()), limit)
        return [read(_raw(call, begun)) for call, begun in newest][::-1]

    def records(self) -> list[CallRecord]:
        """Those that are over, the oldest first, then those under way."""
        return [*map(read, self.over()), *self.live()]

    def rows(self) -> list[dict[str, Any]]:
        """The same for ``pandas.DataFrame``."""
        return [record._asdict() for record in self.records()]

    def _tell(self) -> None:
        self._is_told = True
        for listener in list(self._listeners):
            try:
                listener()
            except Exception:
                log.exception("a listener of the calls failed")


RawCall = tuple[
    tuple[int, int], str, int, CallState, dict[CallState, float], tuple[Any, ...]
]
"""What `CallLog` keeps; for `read`."""


def _raw(call: Call[Any], begun: tuple[int, int]) -> RawCall:
    """What is kept of a call: neither its request nor its error's traceback."""
    error, request = call.error, call.request
    rest = (
        call.replied_at,
        call.ask_id,
        call.attempts,
        call.sent_bytes,
        call.received_bytes,
        "" if error is None else _words(error),
        error is not None and getattr(error, "may_have_acted", False),
    )
    priority = getattr(request, "priority", 0)  # over HTTP there is none
    return begun, request.name, priority, call.state, call.times, rest


def read(raw: RawCall) -> CallRecord:
    """What a log kept, made sense of."""
    (number, started_ns), method, priority, state, times, rest = raw
    made = times[CallState.CREATED]
    replied_at, ask_id, attempts, sent_bytes, received_bytes, error, acted = rest

    def since(time: float | None) -> float | None:
        return None if time is None else time - made

    return CallRecord(
        number=number,
        started_at=_EPOCH + datetime.timedelta(microseconds=started_ns // 1000),
        made_at=made,
        method=method,
        state=state.value,
        ask_id=ask_id,
        priority=priority,
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

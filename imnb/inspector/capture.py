"""Every frame of a connection, kept up to a limit of memory.

The live path stores four values a frame and no more. Envelopes are read when
somebody asks, messages for the frames that are looked at. Overflow rule: the
oldest frames are dropped, and counted.
"""

import collections
import logging
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from imnb.inspector.dissect import DecodedFrame, dissect
from imnb.inspector.record import FrameRecord
from imnb.pb.envelope_pb2 import Envelope
from imnb.wire.commands import CommandTable
from imnb.wire.filters import Filter

if TYPE_CHECKING:
    import pandas

log = logging.getLogger(__name__)

DEFAULT_MAX_BYTES = 64 << 20
FRAME_OVERHEAD = 300
"""Bytes that a frame costs beside its own."""
MAX_UNANSWERED = 20_000
"""Requests remembered for pairing; older ones stay without a pair."""

_Raw = tuple[bool, float, bytes, bytes]


class Capture:
    """Give `tap` to an engine; read at any time.

    Attributes:
        dropped: frames that were given up for newer ones.
    """

    def __init__(
        self,
        commands: CommandTable,
        *,
        clock: Callable[[], float] = time.monotonic,
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> None:
        self.dropped = 0
        self._commands = commands
        self._clock = clock
        self._max_bytes = max_bytes
        self._wall_offset = time.time_ns() // 1000 - int(clock() * 1e6)
        self._raw: collections.deque[_Raw] = collections.deque()
        self._records: collections.deque[FrameRecord] = collections.deque()
        self._size = 0
        self._asked: dict[int, FrameRecord] = {}
        self._listeners: list[Callable[[], None]] = []
        self._is_told = False

    def __repr__(self) -> str:
        return (
            f"<Capture {len(self)} frames, {self._size} bytes, {self.dropped} dropped>"
        )

    def __len__(self) -> int:
        return len(self._raw) + len(self._records)

    @property
    def total(self) -> int:
        """Frames seen so far; the number of the newest."""
        return self.dropped + len(self)

    def tap(self, outbound: bool, wire: bytes, plain: bytes) -> None:
        """See `imnb.wire.codec.Tap`; the hot path."""
        self._raw.append((outbound, self._clock(), wire, plain))
        self._size += len(wire) + len(plain) + FRAME_OVERHEAD
        if self._size > self._max_bytes:
            self._shrink()
        if not self._is_told and self._listeners:
            self._is_told = True
            for listener in list(self._listeners):
                self._tell(listener)

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` when frames came that nobody has read yet.

        It is called once for all frames until somebody reads. Do little in it.
        """
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def __getitem__(self, number: int) -> FrameRecord:
        self._absorb()
        position = number - self.dropped - 1
        if not 0 <= position < len(self._records):
            raise KeyError(f"frame {number} is not here: {self!r}")
        return self._records[position]

    def frames(
        self,
        since: int = 0,
        limit: int | None = None,
        where: str | Filter | None = None,
    ) -> list[FrameRecord]:
        """Frames with a number above ``since``, oldest first.

        Args:
            since: a frame number.
            limit: only the newest so many of them.
            where: a filter, see `imnb.wire.filters`.

        Raises:
            FilterError: the filter cannot be read.
        """
        wanted = Filter.parse(where) if isinstance(where, str) else where
        found = self._newest(since)
        if wanted is not None and wanted.text.strip():
            found = (r for r in found if wanted.matches(self.decode(r).lookup))
        newest = [record for record, _ in zip(found, _counter(limit), strict=False)]
        return newest[::-1]

    def decode(self, record: FrameRecord) -> DecodedFrame:
        """The message in a frame, secrets hidden."""
        return dissect(record, self._commands)

    def to_df(self, where: str | Filter | None = None) -> "pandas.DataFrame":
        """The frames as a table, one row each."""
        import pandas

        rows = [self._row(record) for record in self.frames(where=where)]
        columns = ["number", "time", "direction", "command", "ask_id", "size"]
        frame = pandas.DataFrame(rows, columns=[*columns, "latency_ms", "status"])
        frame["time"] = pandas.to_datetime(frame["time"], unit="us", utc=True)
        return frame.set_index("number")

    @staticmethod
    def _tell(listener: Callable[[], None]) -> None:
        try:
            listener()
        except Exception:
            log.exception("a listener of the capture failed")

    def _row(self, record: FrameRecord) -> tuple[object, ...]:
        decoded = self.decode(record)
        latency = None if record.latency is None else record.latency * 1000
        return (
            record.number,
            record.wall,
            record.direction,
            decoded.command,
            record.ask_id,
            record.size,
            latency,
            decoded.status,
        )

    def _newest(self, since: int) -> Iterator[FrameRecord]:
        self._absorb()
        for record in reversed(self._records):
            if record.number <= since:
                return
            yield record

    def _shrink(self) -> None:
        while self._size > self._max_bytes:
            if self._records:
                oldest = self._records.popleft()
                wire, plain = oldest.wire, oldest.plain
                if self._asked.get(oldest.ask_id) is oldest:
                    del self._asked[oldest.ask_id]
            else:
                _, _, wire, plain = self._raw.popleft()
            self._size -= len(wire) + len(plain) + FRAME_OVERHEAD
            self.dropped += 1

    def _absorb(self) -> None:
        """Read the envelopes of the frames that came since the last time."""
        self._is_told = False
        number = self.dropped + len(self._records)
        while self._raw:
            outbound, moment, wire, plain = self._raw.popleft()
            number += 1
            wall = int(moment * 1e6) + self._wall_offset
            record = FrameRecord(number, moment, wall, outbound, wire, plain)
            if plain:
                self._read_envelope(record)
            self._records.append(record)

    def _read_envelope(self, record: FrameRecord) -> None:
        try:
            envelope = Envelope.FromString(record.plain)
        except DecodeError:
            record.plain = b""
            return
        record.command, record.ask_id = envelope.command, envelope.ask_id
        record.status, record.more = envelope.status, envelope.more
        if not record.ask_id:
            return
        if record.outbound:
            self._asked[record.ask_id] = record
            if len(self._asked) > MAX_UNANSWERED:
                del self._asked[next(iter(self._asked))]
        else:
            self._pair(record)

    def _pair(self, reply: FrameRecord) -> None:
        request = self._asked.get(reply.ask_id)
        if request is None or request.command != reply.command:
            return
        reply.pair = request.number
        reply.latency = reply.time - request.time
        request.pair = request.pair or reply.number
        if not reply.more:
            del self._asked[reply.ask_id]


def _counter(limit: int | None) -> Iterator[int]:
    """As many numbers as are wanted; without end for None."""
    number = 0
    while limit is None or number < limit:
        yield number
        number += 1

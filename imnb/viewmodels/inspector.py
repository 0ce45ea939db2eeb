"""The frames of a connection as a table, and the one that is looked at."""

import collections
from collections.abc import Callable, Iterator

import traitlets

from imnb.errors import ConfigError
from imnb.inspector.capture import Capture
from imnb.inspector.dissect import shown
from imnb.inspector.record import FrameRecord
from imnb.viewmodels.commands import CommandRunner, ViewModel
from imnb.wire.filters import Filter

WINDOW = 5_000
"""Newest frames that the table holds; `Capture.to_df` gives all."""
SLICE = 500
"""Frames that a search looks into before it lets others run."""


class InspectorViewModel(ViewModel):
    """Rows: key, out, at (µs), command, ask, size, latency (ms), status.

    Attributes:
        rows: the newest frames that fit the filter, oldest first.
        filter: in the language of `imnb.wire.filters`.
        total: frames seen, and frames dropped for lack of room.
        selected: number of the frame that is looked at; 0 for none.
        detail: its title and lines: (depth, label, value).
    """

    rows = traitlets.Tuple()
    filter = traitlets.Unicode("")
    total = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(0, 0))
    selected = traitlets.Int(0)
    title = traitlets.Unicode("")
    detail = traitlets.Tuple()

    def __init__(self, capture: Capture, runner: CommandRunner) -> None:
        super().__init__()
        self._capture = capture
        self._runner = runner
        self._filter = Filter.parse("")
        self._seen = 0
        self._search: Iterator[None] | None = None
        self._watch: Callable[[], None] | None = None

    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` when frames came; then call `refresh`, not too often."""
        self.unwatch()
        self._watch = self._capture.subscribe(changed)

    def unwatch(self) -> None:
        """Hear no more of new frames."""
        if self._watch is not None:
            self._watch()
            self._watch = None

    def close(self) -> None:
        """See `ViewModel.close`."""
        self.unwatch()
        super().close()

    def refresh(self) -> None:
        """Take in the frames that came since the last time."""
        if self._search is not None:
            return  # it ends with a refresh
        fresh = self._capture.frames(self._seen, WINDOW, self._filter)
        self._seen = self._capture.total
        if fresh:
            rows = self.rows + tuple(self._row(record) for record in fresh)
            self.rows = rows[-WINDOW:]
        self.total = (self._capture.total, self._capture.dropped)

    def set_filter(self, text: str) -> None:
        """Show only what fits; a filter that cannot be read changes nothing."""
        self._runner.post(self._apply, text)

    def select(self, number: int) -> None:
        """Look into a frame."""
        self._runner.post(self._look_into, number)

    def _apply(self, text: str) -> None:
        try:
            wanted = Filter.parse(text)
        except ConfigError as error:
            self.error = str(error)
            return
        self.error = ""
        self._search = self._searching(wanted)
        self._go_on(self._search)

    def _go_on(self, search: Iterator[None]) -> None:
        if search is not self._search:
            return  # another filter was set meanwhile
        self._search = None
        for _ in search:  # one slice; the next one after whatever else is due
            self._search = search
            self._runner.post(self._go_on, search)
            return
        self.refresh()

    def _searching(self, wanted: Filter) -> Iterator[None]:
        """Find the newest that fit; a full capture takes seconds to look into."""
        seen, found = self._capture.total, collections.deque[FrameRecord]()
        for count, record in enumerate(reversed(self._capture.frames()), 1):
            if wanted.matches(self._capture.decode(record).lookup):
                found.appendleft(record)
            if len(found) == WINDOW:
                break
            if count % SLICE == 0:
                yield
        self._filter, self.filter, self._seen = wanted, wanted.text, seen
        self.rows = tuple(self._row(record) for record in found)

    def _look_into(self, number: int) -> None:
        try:
            record = self._capture[number]
        except KeyError:
            self.error = f"frame {number} was dropped to make room for newer ones"
            return
        self.error = ""
        frame = self._capture.decode(record)
        lines = [
            (
                field.depth,
                field.label,
                "" if field.value is None else shown(field.value),
            )
            for field in frame.fields
        ]
        if frame.problem:
            lines.append((0, frame.problem, ""))
        with self.hold_trait_notifications():
            self.selected = number
            self.title = frame.summary
            self.detail = tuple(lines)

    def _row(self, record: FrameRecord) -> dict[str, object]:
        frame = self._capture.decode(record)
        latency = None if record.latency is None else round(record.latency * 1000, 2)
        return {
            "key": str(record.number),
            "rev": 0,
            "out": record.outbound,
            "at": record.wall,
            "command": frame.command,
            "ask": record.ask_id,
            "size": record.size,
            "latency": latency,
            "status": frame.status,
        }

"""Frames and calls of a client as tables, and what of them is looked at."""

import collections
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import traitlets

from imnb.errors import ConfigError
from imnb.inspector.capture import Capture
from imnb.inspector.dissect import shown
from imnb.inspector.record import FrameRecord
from imnb.viewmodels.call_detail import Line, call_lines, call_title, request_of
from imnb.viewmodels.call_rows import CallRows
from imnb.viewmodels.commands import CommandRunner, ViewModel
from imnb.wire.filters import Filter

if TYPE_CHECKING:
    from imnb.engine.call_log import CallRecord

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
        calls: the newest calls, in the order they were made; see `CallRows`.
        calls_total: calls made, and calls under way.
        selected: number of the frame that is looked at; 0 for none.
        selected_call: key of the call that is looked at, with its request's frame.
        title, detail: of what is looked at; the latter are `Line` s.
    """

    rows = traitlets.Tuple()
    filter = traitlets.Unicode("")
    total = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(0, 0))
    calls = traitlets.Tuple()
    calls_total = traitlets.Tuple(
        traitlets.Int(), traitlets.Int(), default_value=(0, 0)
    )
    selected = traitlets.Int(0)
    selected_call = traitlets.Unicode("")
    title = traitlets.Unicode("")
    detail = traitlets.Tuple()

    def __init__(
        self, capture: Capture, calls: CallRows, runner: CommandRunner
    ) -> None:
        super().__init__()
        self._capture = capture
        self._call_rows = calls
        self._runner = runner
        self._filter = Filter.parse("")
        self._seen = 0
        self._looked_at: CallRecord | None = None
        self._search: Iterator[None] | None = None
        self._watch: Callable[[], None] | None = None

    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` when there is news; then call `refresh`, not too often."""
        self.unwatch()
        self._watch = self._capture.subscribe(changed)
        self._call_rows.watch(changed)

    def unwatch(self) -> None:
        """Hear no more of news."""
        self._call_rows.unwatch()
        if self._watch is not None:
            self._watch()
            self._watch = None

    def close(self) -> None:
        """See `ViewModel.close`."""
        self.unwatch()
        super().close()

    def refresh(self) -> None:
        """Take in the frames and calls that came since the last time."""
        self._refresh_calls()
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

    def select_call(self, key: str) -> None:
        """Look into a call, and into the frame of its request."""
        self._runner.post(self._choose_call, key)

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
        self._show(
            number, "", self._capture.decode(record).summary, self._lines(record)
        )

    def _choose_call(self, key: str) -> None:
        call = self._call_rows.find(key)
        if call is None:
            self.error = "this call was dropped to make room for newer ones"
            return
        self.error = ""
        self._look_into_call(key, call)

    def _look_into_call(self, key: str, call: "CallRecord") -> None:
        request = request_of(call, self._capture)
        lines, number = call_lines(call, None if request is None else request.number), 0
        if request is not None:
            number = request.number
            fields = self._lines(request)
            lines += [(depth + 1, label, value) for depth, label, value in fields]
        self._looked_at = call
        self._show(number, key, call_title(call), lines)

    def _show(self, number: int, call: str, title: str, lines: list[Line]) -> None:
        with self.hold_trait_notifications():
            self.selected, self.selected_call = number, call
            self.title, self.detail = title, tuple(lines)

    def _lines(self, record: FrameRecord) -> list[Line]:
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
        return lines

    def _refresh_calls(self) -> None:
        rows = self._call_rows
        rows.refresh()
        self.calls, self.calls_total = rows.rows, (rows.total, rows.live)
        if self.selected_call:
            call = rows.find(self.selected_call)
            if call is not None and call is not self._looked_at:  # it went on
                self._look_into_call(self.selected_call, call)

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

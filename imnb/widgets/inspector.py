"""The frames and the calls of a client, live."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from imnb.tasks import EngineLoop
from imnb.viewmodels.call_rows import CallRows
from imnb.viewmodels.commands import CommandRunner
from imnb.viewmodels.inspector import InspectorViewModel
from imnb.widgets.rows import RowsFrame
from imnb.widgets.view import Change, Content, View, escape, script, style

SHOWN = 50
"""Newest rows of each table in a snapshot."""


class InspectorView(View):
    """A table of frames, one of calls, and what is in the selected one."""

    _esm = script("list.js", "grid.js", "calls.js", "inspector.js")
    _css = style("inspector.css")

    def __init__(self, view_model: InspectorViewModel, loop: EngineLoop) -> None:
        super().__init__(view_model, loop)
        self._model = view_model
        self._rows = RowsFrame()
        self._calls = RowsFrame()
        self._is_refreshing = False
        names = ("rows", "total", "filter", "title", "detail", "error")
        self.redraw_on(view_model, *names, "selected", "calls", "selected_call")
        # Nothing is looked into before a frame is drawn, so a hidden view is free.
        view_model.watch(self.redraw)

    def close(self) -> None:
        """See `View.close`."""
        self._model.close()
        super().close()

    def _changed(self, change: Change) -> None:
        if not self._is_refreshing:
            super()._changed(change)

    def _frame(self, anew: bool) -> dict[str, Any]:
        self._is_refreshing = True
        try:
            self._model.refresh()
        finally:
            self._is_refreshing = False
        model = self._model
        return {
            **self._rows.make(model.rows, anew),
            "calls": self._calls.make(model.calls, anew),
            "total": list(model.total),
            "calls_total": list(model.calls_total),
            "filter": model.filter,
            "selected": model.selected,
            "selected_call": model.selected_call,
            "title": model.title,
            "detail": [list(line) for line in model.detail],
            "error": model.error,
        }

    def _handlers(self) -> Mapping[str, Callable[[Content], object]]:
        return {
            "filter": lambda content: self._model.set_filter(str(content.get("text"))),
            "select": self._select,
            "select_call": self._select_call,
        }

    def _select(self, content: Content) -> None:
        match content:
            case {"number": int(number)}:
                self._model.select(number)

    def _select_call(self, content: Content) -> None:
        match content:
            case {"key": str(key)}:
                self._model.select_call(key)

    def static_html(self) -> str:
        """See `View.static_html`."""
        self._model.refresh()
        frames = [
            (
                row["key"],
                "out" if row["out"] else "in",
                row["command"],
                f"{row['size']} B",
            )
            for row in self._model.rows[-SHOWN:]
        ]
        calls = [
            (
                row["command"],
                row["ask"] or "",
                " ".join(filter(None, [row["state"], row["error"]])),
                "" if row["total"] is None else f"{row['total']:.1f} ms",
            )
            for row in self._model.calls[-SHOWN:]
        ]
        return _table("Frames", frames) + _table("Calls", calls)


def _table(caption: str, rows: Iterable[Iterable[object]]) -> str:
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
        for row in rows
    )
    return f"<table><caption>{caption}</caption>{lines}</table>"


def inspector(client: Any) -> InspectorView:
    """The inspector of a client, for a cell to show."""
    loop = EngineLoop()
    runner = CommandRunner(loop, client.engine.scope)
    model = InspectorViewModel(client.capture, CallRows(client), runner)
    return InspectorView(model, loop)

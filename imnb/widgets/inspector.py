"""The frames of a connection, live."""

from collections.abc import Callable, Mapping
from typing import Any

from imnb.tasks import EngineLoop
from imnb.viewmodels.commands import CommandRunner
from imnb.viewmodels.inspector import InspectorViewModel
from imnb.widgets.rows import RowsFrame
from imnb.widgets.view import Change, Content, View, escape, script, style


class InspectorView(View):
    """A table of frames, and the message in the selected one."""

    _esm = script("list.js", "inspector.js")
    _css = style("inspector.css")

    def __init__(self, view_model: InspectorViewModel, loop: EngineLoop) -> None:
        super().__init__(view_model, loop)
        self._model = view_model
        self._rows = RowsFrame()
        self._is_refreshing = False
        names = ("rows", "total", "filter", "title", "detail", "error")
        self.redraw_on(view_model, *names)
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
            "total": list(model.total),
            "filter": model.filter,
            "selected": model.selected,
            "title": model.title,
            "detail": [list(line) for line in model.detail],
            "error": model.error,
        }

    def _handlers(self) -> Mapping[str, Callable[[Content], object]]:
        return {
            "filter": lambda content: self._model.set_filter(str(content.get("text"))),
            "select": self._select,
        }

    def _select(self, content: Content) -> None:
        match content:
            case {"number": int(number)}:
                self._model.select(number)

    def static_html(self) -> str:
        """See `View.static_html`."""
        self._model.refresh()
        rows = "".join(
            f"<tr><td>{escape(row['key'])}</td><td>{'out' if row['out'] else 'in'}</td>"
            f"<td>{escape(row['command'])}</td><td>{row['size']} B</td></tr>"
            for row in self._model.rows[-50:]
        )
        return f"<table>{rows}</table>"


def inspector(client: Any) -> InspectorView:
    """The inspector of a client's connection, for a cell to show."""
    loop = EngineLoop()
    runner = CommandRunner(loop, client.engine.scope)
    return InspectorView(InspectorViewModel(client.capture, runner), loop)

"""Who is logged in, and whether the connection is there."""

from collections.abc import Callable, Mapping
from typing import Any

from imnb.tasks import EngineLoop
from imnb.viewmodels.connection import ConnectionViewModel
from imnb.viewmodels.presentation import hue, initials
from imnb.widgets.view import Content, View, escape, script, style


class StatusView(View):
    """One line, with the time of the next try when the connection is lost."""

    _esm = script("status.js")
    _css = style("status.css")

    def __init__(self, view_model: ConnectionViewModel, loop: EngineLoop) -> None:
        super().__init__(view_model, loop)
        self._model = view_model
        names = ("label", "tone", "detail", "retry_at", "behind", "name", "error")
        self.redraw_on(view_model, *names, "blocked", "unwanted")

    def _frame(self, anew: bool) -> dict[str, Any]:
        model = self._model
        return {
            "label": model.label,
            "tone": model.tone,
            "detail": model.detail,
            "retry_in": model.retry_in,
            "behind": model.behind,
            "unwanted": model.unwanted_text,
            "unwanted_names": model.unwanted_names,
            "blocked": model.blocked_text,
            "blocked_left": model.blocked_left,
            "name": model.name,
            "initials": initials(model.name),
            "hue": hue(model.name),
            "error": model.error,
        }

    def _handlers(self) -> Mapping[str, Callable[[Content], object]]:
        return {"reconnect": lambda content: self._model.reconnect()}

    def static_html(self) -> str:
        """See `View.static_html`."""
        return f"<p>{escape(self._model.name)}: {escape(self._model.label)}</p>"

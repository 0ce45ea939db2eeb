"""Where a message is written."""

from collections.abc import Callable, Mapping
from typing import Any

from imnb.tasks import EngineLoop
from imnb.viewmodels.composer import ComposerViewModel
from imnb.widgets.view import Content, View, script, style


class ComposerView(View):
    """Enter sends, Shift-Enter makes a line, Escape ends an answer or an edit."""

    _esm = script("composer.js")
    _css = style("composer.css")

    def __init__(self, view_model: ComposerViewModel, loop: EngineLoop) -> None:
        super().__init__(view_model, loop)
        self._model = view_model
        self.redraw_on(
            view_model, "conversation", "mode", "target", "field", "error", "refused"
        )

    def _frame(self, anew: bool) -> dict[str, Any]:
        model = self._model
        return {
            "conversation": model.conversation,
            "mode": model.mode,
            "target": model.target,
            "field": list(model.field),
            "error": model.error,
            "refused": list(model.refused),
        }

    def _handlers(self) -> Mapping[str, Callable[[Content], object]]:
        model = self._model
        return {
            "send": lambda content: model.send(str(content.get("text", ""))),
            "draft": lambda content: model.write(
                str(content.get("conversation")), str(content.get("text", ""))
            ),
            "cancel": lambda content: model.cancel(),
        }

"""Where a message is written."""

from collections.abc import Callable, Mapping
from typing import Any

from imnb.tasks import EngineLoop
from imnb.viewmodels.composer import ComposerViewModel
from imnb.widgets.view import Content, View, script, style


class ComposerView(View):
    """Enter sends, Shift-Enter makes a line."""

    _esm = script("composer.js")
    _css = style("composer.css")

    def __init__(self, view_model: ComposerViewModel, loop: EngineLoop) -> None:
        super().__init__(view_model, loop)
        self._model = view_model
        self.redraw_on(view_model, "conversation", "error", "refused")

    def _frame(self, anew: bool) -> dict[str, Any]:
        model = self._model
        return {
            "conversation": model.conversation,
            "error": model.error,
            "refused": list(model.refused),
        }

    def _handlers(self) -> Mapping[str, Callable[[Content], object]]:
        return {"send": lambda content: self._model.send(str(content.get("text", "")))}

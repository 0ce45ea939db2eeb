"""The list of conversations."""

from collections.abc import Callable, Mapping
from typing import Any

from imnb.tasks import EngineLoop
from imnb.viewmodels.conversation_list import ConversationListViewModel
from imnb.widgets.rows import RowsFrame
from imnb.widgets.view import Change, Content, View, escape, script, style

MAX_USERS = 500
"""Users that one group can be started with."""


class ConversationListView(View):
    """Choose a conversation, search, start a new one."""

    _esm = script("list.js", "menu.js", "conversation_list.js")
    _css = style("app.css", "conversation_list.css", "menu.css")

    def __init__(
        self, view_model: ConversationListViewModel, me: str, loop: EngineLoop
    ) -> None:
        super().__init__(view_model, loop)
        self._model = view_model
        self._me = me
        self._rows = RowsFrame()
        self._is_starting = False
        self._started = 0
        self.redraw_on(view_model, "rows", "selected", "error", "busy")

    def _frame(self, anew: bool) -> dict[str, Any]:
        model = self._model
        return {
            **self._rows.make(model.rows, anew),
            "selected": model.selected,
            "error": model.error,
            "me": self._me,
            "started": self._started,
        }

    def _handlers(self) -> Mapping[str, Callable[[Content], object]]:
        return {
            "select": lambda content: self._model.select(str(content.get("key"))),
            "start": self._start,
            "pin": lambda content: self._model.pin(str(content.get("key"))),
            "mute": lambda content: self._model.mute(
                str(content.get("key")), bool(content.get("muted"))
            ),
        }

    def _start(self, content: Content) -> None:
        users = [str(user) for user in content.get("users", [])][:MAX_USERS]
        self._is_starting = True
        self._model.start(users, str(content.get("title", "")))

    def _changed(self, change: Change) -> None:
        if change["name"] == "busy" and not change["new"] and self._is_starting:
            self._is_starting = False
            self._started += not self._model.error
        super()._changed(change)

    def static_html(self) -> str:
        """See `View.static_html`."""
        items = "".join(
            f"<li><b>{escape(row['title'])}</b> {escape(row['preview'])}</li>"
            for row in self._model.rows[:20]
        )
        return f"<ul>{items}</ul>"

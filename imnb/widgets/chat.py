"""One open conversation."""

from collections.abc import Callable, Mapping
from typing import Any

from imnb.tasks import EngineLoop
from imnb.viewmodels.chat import ChatViewModel
from imnb.widgets.rows import RowsFrame
from imnb.widgets.view import Content, View, escape, script, style

SNAPSHOT_ROWS = 20
"""Messages in a static picture."""


class ChatView(View):
    """Bubbles from old to new; older ones come when one scrolls up."""

    _esm = script(
        "list.js", "menu.js", "text.js", "bubbles.js", "actions.js", "chat.js"
    )
    _css = style("chat.css", "menu.css")

    def __init__(self, view_model: ChatViewModel, loop: EngineLoop) -> None:
        super().__init__(view_model, loop)
        self._model = view_model
        self._rows = RowsFrame()
        names = ("rows", "conversation", "header", "at_start", "at_end")
        self.redraw_on(view_model, *names, "typing", "target", "busy", "error")

    def _frame(self, anew: bool) -> dict[str, Any]:
        model = self._model
        header = model.header
        members = header.get("members", 0)
        return {
            **self._rows.make(model.rows, anew),
            "conversation": model.conversation,
            "title": header.get("title", ""),
            "subtitle": f"{members} members" if header.get("group") else "Direct chat",
            "initials": header.get("initials", ""),
            "hue": header.get("hue", 0),
            "group": header.get("group", False),
            "unread": header.get("unread", 0),
            "read_seq": header.get("read_seq", 0),
            "at_start": model.at_start,
            "at_end": model.at_end,
            "typing": model.typing,
            "target": list(model.target),
            "can_forward": model.on_forward is not None,
            "busy": model.busy > 0,
            "error": model.error,
        }

    def _handlers(self) -> Mapping[str, Callable[[Content], object]]:
        model = self._model
        return {
            "older": lambda content: model.load_older(),
            "end": lambda content: model.shrink(),
            "seen": lambda content: model.mark_read(),
            "newer": lambda content: model.load_newer(),
            "jump": lambda content: model.jump(int(content.get("seq", 0))),
            "react": lambda content: model.react(
                str(content.get("key")), str(content.get("emoji"))
            ),
            **{
                name: self._on_row(getattr(model, name))
                for name in ("retry", "discard", "revoke", "reply", "edit", "forward")
            },
        }

    @staticmethod
    def _on_row(command: Callable[[str], object]) -> Callable[[Content], object]:
        return lambda content: command(str(content.get("key")))

    def static_html(self) -> str:
        """See `View.static_html`."""
        lines = "".join(
            f"<p><b>{escape(row['name'])}</b> {escape(row['text'])}</p>"
            for row in self._model.rows[-SNAPSHOT_ROWS:]
        )
        title = escape(self._model.header.get("title", ""))
        return f"<div><h4>{title}</h4>{lines}</div>"

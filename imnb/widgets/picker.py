"""Choosing from a list: the one view of every `SelectionViewModel`."""

from collections.abc import Callable, Mapping
from typing import Any

from IPython.display import HTML, DisplayHandle, display

from imnb.client.facade import SyncFacade
from imnb.tasks import EngineLoop, TaskScope
from imnb.viewmodels.choices import Given
from imnb.viewmodels.commands import CommandRunner
from imnb.viewmodels.picker_setup import PickerSetup
from imnb.viewmodels.pickers import setup_for
from imnb.viewmodels.selection import SelectionViewModel
from imnb.widgets.rows import RowsFrame
from imnb.widgets.view import Content, View, escape, script, style

CHIPS = 50
"""Newest of what is chosen that is shown above the list; the rest is a number."""
SNAPSHOT_ROWS = 20
MAX_DETAIL = 300
"""Characters of a line of the detail."""
PATIENCE = 3600.0
"""Seconds that a synchronous wait gives people to choose."""


class PickerView(View):
    """Search, letters, chips, keyboard; what is chosen is the answer of `choose`.

    Attributes:
        sync: the same for a cell that does not await: ``picker.sync.choose()``.
    """

    _esm = script("list.js", "picker_list.js", "picker.js")
    _css = style("conversation_list.css", "picker.css")

    def __init__(self, view_model: SelectionViewModel, loop: EngineLoop) -> None:
        super().__init__(view_model, loop)
        self._model = view_model
        self._rows = RowsFrame()
        self._found: tuple[int, ...] | None = None
        self._heard = ""
        self._is_displayed = False
        self.sync = SyncFacade(self, lambda: loop, PATIENCE)
        names = ("rows", "found", "search", "chosen", "focus", "asked", "busy", "error")
        self.redraw_on(view_model, *names)

    async def choose(self, *, show: bool | None = None) -> Any:
        """Ask; once, and the picker is closed then.

        Args:
            show: in the output of this cell; if not given, unless it was shown.

        Returns:
            See `SelectionViewModel.choose`.
        """
        is_shown_here = not self._is_displayed if show is None else show
        handle = display(self, display_id=True) if is_shown_here else None
        outcome = _box(self._model.setup.list.title, ": nothing was chosen", "")
        try:
            choice = await self._model.choose()
            if choice is not None:
                outcome = self.static_html()
            return choice
        finally:
            self.close()
            if isinstance(handle, DisplayHandle):  # there is a notebook
                handle.update(HTML(outcome))

    def close(self) -> None:
        """See `View.close`; who waits for a choice gets none."""
        self._model.close()
        super().close()

    def _frame(self, anew: bool) -> dict[str, Any]:
        model, setup = self._model, self._model.setup
        frame = {
            **self._rows.make(model.rows, anew),
            "title": setup.list.title,
            "nothing": setup.list.nothing,
            "single": setup.rule.is_single,
            "search": model.search,
            "heard": self._heard,
            "chips": [_chip(row) for row in model.chosen[-CHIPS:]],
            "hidden": max(0, len(model.chosen) - CHIPS),
            "focus": model.focus,
            "detail": [[text[:MAX_DETAIL] for text in line] for line in model.detail],
            "summary": model.summary,
            "button": model.button,
            "ready": model.can_confirm,
            "asked": model.asked,
            "busy": model.busy,
            "error": model.error,
        }
        if anew or model.found is not self._found:  # some thousand numbers
            self._found = model.found
            frame["found"] = None if model.found is None else list(model.found)
        return frame

    def _handlers(self) -> Mapping[str, Callable[[Content], object]]:
        model = self._model
        return {
            "find": self._find,
            "focus": lambda content: model.focus_on(str(content.get("key"))),
            "toggle": lambda content: model.toggle(str(content.get("key"))),
            "enter": self._enter,
            "remove_last": lambda content: model.remove_last(),
            "confirm": lambda content: model.confirm(),
            "cancel": lambda content: model.cancel(),
        }

    def _find(self, content: Content) -> None:
        self._model.find(str(content.get("text", "")))
        self._engine_loop.post(self._hear, content)

    def _enter(self, content: Content) -> None:
        self._model.enter(str(content.get("key") or ""))
        self._engine_loop.post(self._hear, content)

    def _hear(self, content: Content) -> None:
        """It was done, or not: the field shows the search that there is now."""
        self._heard = str(content.get("token", ""))
        self.redraw()

    def static_html(self) -> str:
        """See `View.static_html`."""
        model = self._model
        rows = model.chosen or model.rows
        items = "".join(
            f"<li><bdi>{escape(row['name'])}</bdi> {escape(row['about'])}</li>"
            for row in rows[:SNAPSHOT_ROWS]
        )
        more = len(rows) - SNAPSHOT_ROWS
        rest = f"<p>and {more} more</p>" if more > 0 else ""
        said = f": {model.summary}" if model.summary else ""
        return _box(model.setup.list.title, said, f"<ul>{items}</ul>{rest}")

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self._is_displayed = True
        return super()._repr_mimebundle_(**kwargs)


def _box(title: str, said: str, content: str) -> str:
    return f"<div><b>{escape(title)}</b>{escape(said)}{content}</div>"


def _chip(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("key", "name", "initials", "hue")}


def client_picker(client: Any, use: str, **options: Any) -> PickerView:
    """A picker of what a client knows, for a cell to show or await."""
    loop = EngineLoop()
    runner = CommandRunner(loop, client.engine.scope)
    return PickerView(
        SelectionViewModel(setup_for(client, use, **options), runner), loop
    )


def picker(choices: Given, **setup: Any) -> PickerView:
    """A picker of anything: ``await imnb.picker({"b": "Bob"}).choose()``.

    Args:
        choices: names by what is chosen, texts, a `Snapshot` or a live `Source`.
        setup: the rest of a `PickerSetup`: rule, validate, list, row, …
    """
    loop = EngineLoop()
    runner = CommandRunner(loop, TaskScope("picker"))  # it posts and spawns nothing
    model = SelectionViewModel(PickerSetup(choices=choices, **setup), runner)
    return PickerView(model, loop)

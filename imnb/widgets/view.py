"""What all views of imnb have in common: frames out, messages in, a snapshot.

A view's state goes to the browser in frames (`imnb.widgets.scheduler`), never
in synchronised traits, so that a reload or a second view of the same widget
asks for everything and gets it. Everything is sent as data; the ES modules put
it into the page with ``textContent`` only.
"""

import html
import logging
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import anywidget

from imnb.tasks import EngineLoop
from imnb.viewmodels.commands import ViewModel
from imnb.widgets.scheduler import Budget, FrameScheduler

log = logging.getLogger(__name__)

STATIC = pathlib.Path(__file__).parent / "static"
Content = Mapping[str, Any]
Change = Mapping[str, Any]
"""Of a trait, as traitlets tells it."""


def script(*names: str) -> str:
    """Shipped ES modules joined into one: anywidget loads a single one."""
    return "\n".join((STATIC / name).read_text() for name in ("base.js", *names))


def style(*names: str) -> str:
    """Shipped style sheets joined into one."""
    return "\n".join((STATIC / name).read_text() for name in ("base.css", *names))


class View(anywidget.AnyWidget):
    """Shows a view model.

    Subclasses give `_frame`, `_handlers` and `static_html`.
    """

    def __init__(self, view_model: ViewModel, loop: EngineLoop) -> None:
        super().__init__()
        self.view_model = view_model
        self._engine_loop = loop
        self._scheduler = FrameScheduler(
            self._draw,
            self._wake,
            loop.loop.call_later,
            loop.time,
            Budget.of(loop.loop),
        )
        self._observed: list[tuple[ViewModel, list[str]]] = []
        self.on_msg(self._received)

    def close(self) -> None:
        """Stop drawing, let go of the view model, remove the widget."""
        self._scheduler.close()
        self.on_msg(self._received, remove=True)
        for view_model, names in self._observed:
            view_model.unobserve(self._changed, names)
        self._observed.clear()
        self.layout.close()  # or ipywidgets keeps it for ever
        super().close()

    def __del__(self) -> None:
        """Closing is explicit; ipywidgets also closes what was never made."""

    def redraw_on(self, view_model: ViewModel, *names: str) -> None:
        """Draw a frame soon when one of these traits changes."""
        view_model.observe(self._changed, list(names))
        self._observed.append((view_model, list(names)))

    def redraw(self) -> None:
        """Draw a frame soon; from any thread."""
        if self._engine_loop.is_here:
            self._scheduler.invalidate()
        else:
            self._engine_loop.post(self._scheduler.invalidate)

    def _frame(self, anew: bool) -> dict[str, Any]:
        """What the browser needs; ``anew``: it knows nothing yet."""
        raise NotImplementedError

    def _handlers(self) -> Mapping[str, Callable[[Content], object]]:
        """What to do for each type of message from the browser."""
        return {}

    def static_html(self) -> str:
        """A picture for where no kernel is; escape everything."""
        return ""

    def _changed(self, change: Change) -> None:
        self.redraw()

    def _draw(self, number: int, anew: bool) -> None:
        frame = self._frame(anew)
        self.send({"type": "frame", "number": number, "anew": anew, **frame})

    def _wake(self) -> None:
        self.send({"type": "wake"})

    def _received(self, _widget: object, content: Content, _buffers: object) -> None:
        """A message came from the browser, perhaps on another thread."""
        self._engine_loop.post(self._handle, content)

    def _handle(self, content: Content) -> None:
        match content:
            case {"type": "ready"}:
                self._scheduler.ready()
            case {"type": "ack", "number": int(number)}:
                self._scheduler.acknowledge(number)
            case {"type": "dismiss"}:
                self.view_model.error = ""
            case {"type": str(name)}:
                self._do(name, content)

    def _do(self, name: str, content: Content) -> None:
        handler = self._handlers().get(name)
        if handler is None:
            log.warning("%s: unknown message %r", type(self).__name__, name[:40])
            return
        try:
            handler(content)
        except Exception:  # a notebook shows nobody what a callback raises
            log.exception("%s: %s failed", type(self).__name__, name)
            self.view_model.fail(f"{name} failed; see the log")

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None:
            data["text/html"] = self.static_html()
        return bundle


def escape(value: object) -> str:
    """Text for a static snapshot."""
    return html.escape(str(value))

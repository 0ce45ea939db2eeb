"""The chat program: status and conversations beside the open chat."""

from typing import Any

import ipywidgets

from imnb.tasks import EngineLoop
from imnb.viewmodels.app import AppViewModel
from imnb.viewmodels.beside import ClientBeside
from imnb.viewmodels.commands import CommandRunner
from imnb.viewmodels.looks import with_plugins
from imnb.widgets.chat import ChatView
from imnb.widgets.composer import ComposerView
from imnb.widgets.conversation_list import ConversationListView
from imnb.widgets.status import StatusView


class ChatApp(ipywidgets.HBox):
    """The views of an `AppViewModel`, laid out; `close` closes them all."""

    def __init__(self, view_model: AppViewModel, loop: EngineLoop) -> None:
        self.view_model = view_model
        self._views = (
            StatusView(view_model.connection, loop),
            ConversationListView(view_model.list, view_model.me.user_id, loop),
            ChatView(view_model.chat, loop),
            ComposerView(view_model.composer, loop),
        )
        status, conversations, chat, composer = self._views
        self._columns = (
            ipywidgets.VBox([status, conversations]).add_class("imnb-side"),
            ipywidgets.VBox([chat, composer]).add_class("imnb-main"),
        )
        super().__init__(self._columns)
        self.add_class("imnb-app")

    def __del__(self) -> None:
        """See `imnb.widgets.view.View.__del__`."""

    def close(self) -> None:
        """Close the views, the view models and the layout of each."""
        for view in self._views:
            view.close()
        self.view_model.close()
        for box in self._columns:
            box.layout.close()
            box.close()
        self.layout.close()
        super().close()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        if data is not None:
            data["text/html"] = "".join(view.static_html() for view in self._views)
        return bundle


def chat_app(client: Any) -> ChatApp:
    """The chat program of a client, for a cell to show."""
    loop = EngineLoop()
    plugins = client.synchroniser.pipeline.plugins
    view_model = AppViewModel(
        me=client.me,
        commands=client,
        connected=client,
        conversations=client.conversation_source(),
        open_chat=client.chat_source,
        beside=ClientBeside(client.observe),
        signals=client.synchroniser.signals,
        presentations=with_plugins(plugins[name] for name in plugins.names),
        runner=CommandRunner(loop, client.engine.scope),
        time=loop.time,
    )
    return ChatApp(view_model, loop)

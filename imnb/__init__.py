"""An instant-messaging engine that lives in a Jupyter kernel.

``demo = await imnb.demo()`` starts a server in this process,
``alice = await demo.login("alice")`` logs a user in, ``alice.app()`` shows the chat
program and ``alice.inspect()`` the frames. ``%load_ext imnb`` adds magics. Names
are loaded when they are used.
"""

import importlib
from typing import TYPE_CHECKING, Any

from imnb.client.views import register_view

if TYPE_CHECKING:
    from imnb.client.client import Client
    from imnb.config import Endpoint, Environment, Tls
    from imnb.demos.demo import Demo
    from imnb.demos.start import demo, users
    from imnb.devserver import DevServer
    from imnb.engine.engine import Engine
    from imnb.engine.requests import HttpRequest, TcpRequest
    from imnb.errors import ImnbError
    from imnb.inspector.capture import Capture
    from imnb.net.memory import MemoryNetwork
    from imnb.sync.channels import Channel
    from imnb.sync.plugins import Plugin
    from imnb.viewmodels.selection_rule import SelectionRule
    from imnb.widgets.picker import picker
    from imnb.wire.commands import CommandTable

__all__ = [
    "Capture",
    "Channel",
    "Client",
    "CommandTable",
    "Demo",
    "DevServer",
    "Endpoint",
    "Engine",
    "Environment",
    "HttpRequest",
    "ImnbError",
    "MemoryNetwork",
    "Plugin",
    "SelectionRule",
    "TcpRequest",
    "Tls",
    "demo",
    "picker",
    "users",
]

_HOMES = {
    "Capture": "imnb.inspector.capture",
    "Channel": "imnb.sync.channels",
    "Client": "imnb.client.client",
    "CommandTable": "imnb.wire.commands",
    "Demo": "imnb.demos.demo",
    "DevServer": "imnb.devserver",
    "Endpoint": "imnb.config",
    "Engine": "imnb.engine.engine",
    "Environment": "imnb.config",
    "HttpRequest": "imnb.engine.requests",
    "ImnbError": "imnb.errors",
    "MemoryNetwork": "imnb.net.memory",
    "Plugin": "imnb.sync.plugins",
    "SelectionRule": "imnb.viewmodels.selection_rule",
    "TcpRequest": "imnb.engine.requests",
    "Tls": "imnb.config",
    "demo": "imnb.demos.start",
    "picker": "imnb.widgets.picker",
    "users": "imnb.demos.start",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'imnb' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext imnb``: see `imnb.magics`."""
    from imnb.magics import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """``%unload_ext imnb``."""
    from imnb.magics import unload

    unload(shell)


def _app(client: Any) -> Any:
    from imnb.widgets.app import chat_app

    return chat_app(client)


def _inspect(client: Any) -> Any:
    from imnb.widgets.inspector import inspector

    return inspector(client)


def _picker(client: Any, **options: Any) -> Any:
    from imnb.widgets.picker import client_picker

    return client_picker(client, **options)


# A client cannot import widgets: what it shows is handed to it from here.
register_view("app", _app)
register_view("inspect", _inspect)
register_view("picker", _picker)

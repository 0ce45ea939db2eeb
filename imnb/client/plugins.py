"""Plugins of other people: those that a notebook adds, and those of packages.

::

    [project.entry-points."imnb.notifications"]
    typing = "my_package.imnb:register"

    [project.entry-points."imnb.plugins"]
    poll = "my_package.imnb:POLL"

``register(client)`` is called once for each client, before its first log-in; it
subscribes to pushes with ``client.on(...)``. ``POLL`` is an
`imnb.sync.plugins.Plugin`: a kind of message with all that belongs to it.
"""

import importlib.metadata
from collections.abc import Callable, Iterator

from imnb.engine.states import ReportError
from imnb.errors import ConfigError
from imnb.sync.plugins import Plugin, PluginTable

GROUP = "imnb.notifications"
PLUGINS = "imnb.plugins"


class ClientPlugins:
    """What one client adds; it follows the client from one store to the next."""

    def __init__(self) -> None:
        self._plugins: dict[str, Plugin] = {}
        self._removers: dict[str, Callable[[], None]] = {}
        self._table: PluginTable | None = None

    def __repr__(self) -> str:
        return f"<ClientPlugins: {', '.join(self._plugins) or 'none'}>"

    def __iter__(self) -> Iterator[Plugin]:
        return iter(self._plugins.values())

    def add(self, plugin: Plugin) -> None:
        """Register a plugin; one of its name, of a cell run before, goes.

        Raises:
            ConfigError: its name, or what it is for, belongs to imnb.
        """
        remove = self._removers.pop(plugin.name, None)
        if remove is not None:
            remove()
        if self._table is not None:
            self._removers[plugin.name] = self._table.register(plugin)
        self._plugins[plugin.name] = plugin

    def attach(self, table: PluginTable, report: ReportError) -> None:
        """Register all of them with a pipeline; that of before is over."""
        self._table = table
        self._removers.clear()
        for plugin in self:
            try:
                self._removers[plugin.name] = table.register(plugin)
            except ConfigError as error:
                report(f"plugin {plugin.name}", error)

    def load(self, report: ReportError) -> None:
        """Add those of installed packages; one that fails is reported."""
        for entry in importlib.metadata.entry_points(group=PLUGINS):
            try:
                plugin = entry.load()
                if not isinstance(plugin, Plugin):
                    raise ConfigError(f"{type(plugin).__name__} is no imnb.Plugin")
                self.add(plugin)
            except Exception as error:
                report(f"plugin {entry.name} ({entry.value})", error)


def load(client: object, report: ReportError) -> None:
    """Have those that listen to pushes register; one that fails is reported."""
    for entry in importlib.metadata.entry_points(group=GROUP):
        try:
            entry.load()(client)
        except Exception as error:
            report(f"plug-in {entry.name} ({entry.value})", error)

"""What is done with messages of particular kinds, and with events of some sorts."""

from imnb.sync.plugins.plugin import Plugin, Row
from imnb.sync.plugins.table import PluginTable

__all__ = ["Plugin", "PluginTable", "Row"]

"""The ways by which messages reach the pipeline.

A channel is a value: its name, where its messages come from, and which plugins
see them. The built-in ones are below; third parties register their own, for
instance for an import, and put messages into the pipeline under its name.
"""

import dataclasses
from collections.abc import Iterator

from imnb.errors import ConfigError


@dataclasses.dataclass(frozen=True, slots=True)
class Channel:
    """One way in.

    Attributes:
        source: for people, where its messages come from.
        plugins: names of the plugins that see its messages; None: all.
    """

    name: str
    source: str
    plugins: frozenset[str] | None = None

    def admits(self, plugin: str) -> bool:
        """Messages of this channel are shown to ``plugin``."""
        return self.plugins is None or plugin in self.plugins


PUSH = Channel("push", "events that the server sends unasked")
PULL = Channel("pull", "events asked for after a gap or a reconnect")
RESET = Channel("reset", "the newest messages, when events are no longer to be had")
HISTORY = Channel("history", "older messages, read to fill a hole")
CHANGED = Channel("changed", "messages that were changed while events were missed")
IMPORT = Channel("import", "messages of an export, read back in")
AGAIN = Channel("again", "stored messages that a plugin failed on before")
OWN_SEND = Channel("own_send", "my own messages, once the server has accepted them")


class ChannelTable:
    """The channels of one pipeline, by name."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        for channel in (PUSH, PULL, RESET, HISTORY, CHANGED, OWN_SEND, IMPORT):
            self.register(channel)

    def __repr__(self) -> str:
        return f"<ChannelTable: {', '.join(self._channels)}>"

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._channels.values())

    def __getitem__(self, name: str) -> Channel:
        if name not in self._channels:
            names = ", ".join(self._channels)
            raise ConfigError(f"there is no channel {name!r}; there are: {names}")
        return self._channels[name]

    def register(self, channel: Channel) -> None:
        """Add a channel.

        Raises:
            ConfigError: there is one of that name.
        """
        if channel.name in self._channels:
            raise ConfigError(f"a channel {channel.name!r} is registered already")
        self._channels[channel.name] = channel

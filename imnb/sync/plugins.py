"""What happens to messages of particular kinds on their way into the store.

A plugin names the kinds it is for. Its ``process`` gets the rows of those kinds,
one list for each batch, and returns the rows to store instead: the same, others,
more or fewer. Kinds that no plugin processes cost no call. Plugins run in their
order. One that raises is set aside for good and reported; the rows go on without
it, because a message must not be lost to a faulty plugin.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence

from imnb.errors import ConfigError
from imnb.models.message import MAX_TEXT_BYTES, TEXT, Draft
from imnb.sync.channels import Channel

Row = tuple[int, int, str, str, str, str, bytes, int, int]
"""A message as the store takes it: conversation_id, seq, client_id, sender_id,
kind, text, content, sent_at, event_seq."""
KIND = 4
"""Where a `Row` has its kind."""
COLUMNS = 9

Process = Callable[[Sequence[Row], Channel], Iterable[Row]]
Check = Callable[[Draft], None]
ReportError = Callable[[str, BaseException], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Plugin:
    """Something that knows about kinds of messages.

    Attributes:
        order: lower ones run first.
        process: changes rows that were received; None leaves them alone.
        check: raises ConfigError for a draft that cannot be sent.
    """

    name: str
    kinds: frozenset[str]
    order: int = 0
    process: Process | None = None
    check: Check | None = None


def check_text(draft: Draft) -> None:
    """A text must say something, and not be longer than the server takes."""
    if not draft.text.strip():
        raise ConfigError("the text is empty: there is nothing to send")
    size = len(draft.text.encode())
    if size > MAX_TEXT_BYTES:
        raise ConfigError(
            f"the text has {size} bytes, at most {MAX_TEXT_BYTES} can be sent: split it"
        )


TEXT_PLUGIN = Plugin(TEXT, frozenset({TEXT}), check=check_text)


class PluginTable:
    """The plugins of one pipeline.

    Attributes:
        processed: kinds whose messages some plugin wants to see.
    """

    def __init__(self, report: ReportError) -> None:
        self.processed: frozenset[str] = frozenset()
        self._report = report
        self._plugins: list[Plugin] = []
        self.register(TEXT_PLUGIN)

    def __repr__(self) -> str:
        return f"<PluginTable: {', '.join(plugin.name for plugin in self._plugins)}>"

    @property
    def names(self) -> tuple[str, ...]:
        """In the order in which they run."""
        return tuple(plugin.name for plugin in self._plugins)

    def register(self, plugin: Plugin) -> Callable[[], None]:
        """Add a plugin; the result removes it.

        Raises:
            ConfigError: there is one of that name.
        """
        if plugin.name in self.names:
            raise ConfigError(f"a plugin {plugin.name!r} is registered already")
        self._set([*self._plugins, plugin])

        def remove() -> None:
            self._set([one for one in self._plugins if one is not plugin])

        return remove

    def check(self, draft: Draft) -> None:
        """Refuse a draft that cannot be sent.

        Raises:
            ConfigError: it says nothing, is too big, of an unknown kind, or no text.
        """
        try:
            draft.text.encode()
        except UnicodeEncodeError as error:
            raise ConfigError(
                f"the text has half a character (a surrogate) at {error.start}: "
                "UTF-8 cannot hold it"
            ) from None
        concerned = [plugin for plugin in self._plugins if draft.kind in plugin.kinds]
        if not concerned:
            raise ConfigError(
                f"no plugin knows the kind {draft.kind!r}: register one that does"
            )
        for plugin in concerned:
            if plugin.check is not None:
                plugin.check(draft)

    def run(self, rows: list[Row], channel: Channel) -> list[Row]:
        """Let the plugins have the rows of their kinds; call it for `processed`."""
        for plugin in list(self._plugins):
            if plugin.process is None or not channel.admits(plugin.name):
                continue
            chosen = [row for row in rows if row[KIND] in plugin.kinds]
            if chosen:
                rows = self._run(plugin, plugin.process, rows, chosen, channel)
        return rows

    def _run(
        self,
        plugin: Plugin,
        process: Process,
        rows: list[Row],
        chosen: list[Row],
        channel: Channel,
    ) -> list[Row]:
        try:
            result = _checked(process(chosen, channel))
        except Exception as error:
            self._set([one for one in self._plugins if one is not plugin])
            self._report(f"plugin {plugin.name}, set aside", error)
            return rows
        if result == chosen:
            return rows
        others = [row for row in rows if row[KIND] not in plugin.kinds]
        return sorted(others + result, key=_place)

    def _set(self, plugins: list[Plugin]) -> None:
        self._plugins = sorted(plugins, key=lambda plugin: plugin.order)
        self.processed = frozenset(
            kind
            for plugin in self._plugins
            if plugin.process is not None
            for kind in plugin.kinds
        )


def _place(row: Row) -> tuple[int, int]:
    """Order of arrival: by event, and by seq where there is no event."""
    return row[8], row[1]


def _checked(result: Iterable[Row]) -> list[Row]:
    rows = list(result)
    for row in rows:
        if not isinstance(row, tuple) or len(row) != COLUMNS:
            raise ConfigError("a plugin's process returned something that is no row")
    return rows

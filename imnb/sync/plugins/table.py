"""The plugins of one pipeline, in their order.

``process`` of a plugin gets the rows of its kinds, one list for each batch, and
returns the rows to store instead: the same, others, more or fewer. Kinds that no
plugin processes cost no call. One that raises is set aside and reported; the rows
go on without it, because a message must not be lost to a faulty plugin, and are
noted, so that it can have them when it is mended.
"""

from collections.abc import Callable, Iterable, Mapping

from imnb.errors import ConfigError
from imnb.models.kinds import FORWARD, LOCATION, TEXT, WITH_FILE
from imnb.models.message import Draft
from imnb.store.tables.unprocessed import Failure
from imnb.sync.channels import Channel
from imnb.sync.checks import check_card, check_text
from imnb.sync.plugins.edit import EDIT
from imnb.sync.plugins.mention import MENTION
from imnb.sync.plugins.plugin import COLUMNS, KIND, Plugin, Process, Row
from imnb.sync.plugins.reaction import REACTION
from imnb.sync.plugins.receipt import RECEIPT
from imnb.sync.plugins.revoke import REVOKE
from imnb.sync.plugins.split import SPLIT

ReportError = Callable[[str, BaseException], None]

TEXT_PLUGIN = Plugin(TEXT, frozenset({TEXT}), order=0, check=check_text)
CARD_PLUGIN = Plugin("card", WITH_FILE | {LOCATION, FORWARD}, order=0, check=check_card)
BUILT_IN = (
    TEXT_PLUGIN,
    CARD_PLUGIN,
    SPLIT,
    REVOKE,
    EDIT,
    REACTION,
    RECEIPT,
    MENTION,
)


class PluginTable:
    """The plugins of one pipeline.

    Attributes:
        processed: kinds whose messages some plugin wants to see.
        hidden_kinds: what chats do not show.
        readers: plugins by the events that they read.
        recorders: plugins that note messages when they are stored.
        on_change: called when a plugin comes or goes.
    """

    processed: frozenset[str]
    hidden_kinds: frozenset[str]
    readers: Mapping[str, Plugin]
    recorders: tuple[Plugin, ...]

    def __init__(self, report: ReportError) -> None:
        self.on_change: Callable[[], None] = lambda: None
        self._report = report
        self._aside: set[str] = set()
        self._set(list(BUILT_IN))

    def __repr__(self) -> str:
        return f"<PluginTable: {', '.join(plugin.name for plugin in self._plugins)}>"

    @property
    def names(self) -> tuple[str, ...]:
        """In the order in which they run."""
        return tuple(plugin.name for plugin in self._plugins)

    @property
    def set_aside(self) -> frozenset[str]:
        """Names of those that failed."""
        return frozenset(self._aside)

    @property
    def storing(self) -> tuple[Plugin, ...]:
        """Those with tables of their own that have not failed."""
        return tuple(
            plugin
            for plugin in self._plugins
            if plugin.store is not None and plugin.name not in self._aside
        )

    def __getitem__(self, name: str) -> Plugin:
        for plugin in self._plugins:
            if plugin.name == name:
                return plugin
        names = ", ".join(self.names)
        raise ConfigError(f"there is no plugin {name!r}; there are: {names}")

    def register(self, plugin: Plugin) -> Callable[[], None]:
        """Add a plugin; the result removes it.

        Raises:
            ConfigError: there is one of that name, or for these events.
        """
        if plugin.name in self.names:
            raise ConfigError(f"a plugin {plugin.name!r} is registered already")
        taken = plugin.events & self.readers.keys()
        if taken:
            raise ConfigError(
                f"events {', '.join(sorted(taken))} are read by another plugin"
            )
        self._aside.discard(plugin.name)
        self._set([*self._plugins, plugin])

        def remove() -> None:
            self._set([one for one in self._plugins if one is not plugin])

        return remove

    def fail(self, name: str, error: BaseException) -> None:
        """Set a plugin aside, and say so."""
        self._aside.add(name)
        self._report(f"plugin {name}, set aside", error)

    def restore(self, name: str) -> Plugin:
        """Let a plugin run again.

        Raises:
            ConfigError: there is none of that name.
        """
        plugin = self[name]
        self._aside.discard(name)
        self.on_change()
        return plugin

    def check(self, draft: Draft) -> None:
        """Refuse a draft that cannot be sent.

        Raises:
            ConfigError: it says nothing, is too big, of an unknown kind, or no text.
        """
        if not isinstance(draft.text, str):
            kind = type(draft.text).__name__
            raise ConfigError(f"a text is a str, not {kind}: nothing was sent")
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

    def run(
        self, rows: list[Row], channel: Channel, failures: list[Failure]
    ) -> list[Row]:
        """Let the plugins have the rows of their kinds; call it for `processed`.

        Args:
            rows: of one batch.
            channel: by which they came.
            failures: takes the rows that a plugin should have seen and has not.
        """
        for plugin in self._plugins:
            if plugin.process is None or not channel.admits(plugin.name):
                continue
            chosen = [row for row in rows if row[KIND] in plugin.kinds]
            if chosen:
                rows = self._run(
                    plugin, plugin.process, rows, chosen, channel, failures
                )
        return rows

    def _run(
        self,
        plugin: Plugin,
        process: Process,
        rows: list[Row],
        chosen: list[Row],
        channel: Channel,
        failures: list[Failure],
    ) -> list[Row]:
        why = "it was set aside"
        if plugin.name not in self._aside:
            try:
                return _put_back(rows, chosen, checked(process(chosen, channel)))
            except Exception as error:
                why = f"{type(error).__name__}: {error}"
                self.fail(plugin.name, error)
        failures += [Failure(row[0], row[1], plugin.name, why) for row in chosen]
        return rows

    def _set(self, plugins: list[Plugin]) -> None:
        self._plugins = sorted(plugins, key=lambda plugin: plugin.order)
        self.processed = frozenset(
            kind
            for plugin in plugins
            if plugin.process is not None
            for kind in plugin.kinds
        )
        self.hidden_kinds = frozenset().union(*(one.hidden_kinds for one in plugins))
        self.readers = {name: one for one in self._plugins for name in one.events}
        self.recorders = tuple(one for one in self._plugins if one.record is not None)
        self.on_change()


def checked(result: Iterable[Row]) -> list[Row]:
    """What a plugin's process returned.

    Raises:
        ConfigError: something in it is no row.
    """
    rows = list(result)
    for row in rows:
        if not isinstance(row, tuple) or len(row) != COLUMNS:
            raise ConfigError("a plugin's process returned something that is no row")
    return rows


def _put_back(rows: list[Row], chosen: list[Row], result: list[Row]) -> list[Row]:
    """``result`` in the place of ``chosen``, in the order of arrival."""
    if result == chosen:
        return rows
    taken = set(map(id, chosen))
    others = [row for row in rows if id(row) not in taken]
    return sorted(others + result, key=_place)


def _place(row: Row) -> tuple[int, int]:
    """Order of arrival: by event, and by seq where there is no event."""
    return row[8], row[1]

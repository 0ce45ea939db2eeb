"""What there is to choose from: a live source, several of them, or what was given."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from typing import Protocol, TypeGuard, runtime_checkable

from imnb.errors import ConfigError
from imnb.live.snapshot import Changes, Row, Snapshot
from imnb.live.window import MAX_SHOWN
from imnb.viewmodels.rows import RowSource

GIVEN = ("key", "name", "rev")
"""Columns of what is given as a mapping or as texts."""

Watcher = Callable[[Snapshot, Changes], None]


@runtime_checkable
class Watched(Protocol):
    """The least that a source has; the first column of its rows is what is chosen."""

    @property
    def snapshot(self) -> Snapshot:
        """The rows now."""

    def subscribe(self, watcher: Watcher) -> Callable[[], None]:
        """Hear of changes."""


@runtime_checkable
class Choices(Watched, Protocol):
    """Rows that are there between `open` and `close`."""

    @property
    def is_cut(self) -> bool:
        """There may be more than are here."""

    async def open(self) -> None:
        """Begin, with all rows."""

    async def close(self) -> None:
        """End."""


Given = Watched | Snapshot | Mapping[Hashable, str] | Iterable[str]
"""A source, rows, names by what is chosen, or texts."""


def choices_of(given: Given) -> Choices:
    """What a picker chooses from.

    Raises:
        ConfigError: nothing can be chosen from that.
    """
    if isinstance(given, Choices) and not _is_paged(given):
        return given
    if isinstance(given, Watched):
        return SourceChoices(given)
    if isinstance(given, Snapshot):
        return ReadChoices(_at_once(given))
    if isinstance(given, str) or not isinstance(given, Mapping | Iterable):
        raise ConfigError(
            f"choices of type {type(given).__name__}: give a source, or names, or a "
            "mapping with a name for each value"
        )
    pairs = given.items() if isinstance(given, Mapping) else [(n, n) for n in given]
    rows = tuple((key, str(name), 0) for key, name in dict(pairs).items())
    return ReadChoices(_at_once(Snapshot(GIVEN, rows)))


def _at_once(snapshot: Snapshot) -> Callable[[], Awaitable[Snapshot]]:
    async def read() -> Snapshot:
        return snapshot

    return read


class ReadChoices:
    """Rows that are read when they are needed, and stay as they are."""

    is_cut = False

    def __init__(self, read: Callable[[], Awaitable[Snapshot]]) -> None:
        self._read = read
        self.snapshot = Snapshot(())

    def subscribe(self, watcher: Watcher) -> Callable[[], None]:
        """See `Watched.subscribe`."""
        return lambda: None

    async def open(self) -> None:
        """See `Choices.open`."""
        self.snapshot = await self._read()

    async def close(self) -> None:
        """See `Choices.close`."""


class SourceChoices:
    """All rows of a source.

    One that has pages is opened, and closed at the end; others are left as they are.

    Args:
        prepare: awaited first; it may bring rows into the store.
    """

    def __init__(
        self, source: Watched, prepare: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        self._source = source
        self._prepare = prepare

    @property
    def snapshot(self) -> Snapshot:
        """See `Watched.snapshot`."""
        return self._source.snapshot

    @property
    def is_cut(self) -> bool:
        """See `Choices.is_cut`."""
        return _is_paged(self._source) and len(self.snapshot) >= MAX_SHOWN

    def subscribe(self, watcher: Watcher) -> Callable[[], None]:
        """See `Watched.subscribe`."""
        return self._source.subscribe(watcher)

    async def open(self) -> None:
        """See `Choices.open`."""
        if self._prepare is not None:
            await self._prepare()
        if _is_paged(self._source):
            await self._source.open()
            await self._source.load_older(MAX_SHOWN)

    async def close(self) -> None:
        """See `Choices.close`."""
        if _is_paged(self._source):
            await self._source.close()


def _is_paged(source: object) -> TypeGuard[RowSource]:
    return hasattr(source, "load_older")


class JoinedChoices:
    """Rows of several sources as one; each says what its rows look like here."""

    def __init__(
        self,
        columns: tuple[str, ...],
        parts: Sequence[tuple[Choices, Callable[[Mapping[str, object]], Row | None]]],
    ) -> None:
        """``parts`` come with what makes a row of ``columns``, or leaves one out."""
        self._columns = columns
        self._parts = parts

    @property
    def snapshot(self) -> Snapshot:
        """See `Watched.snapshot`."""
        rows: list[Row] = []
        for part, here in self._parts:
            shown = part.snapshot
            made = (
                here(dict(zip(shown.columns, row, strict=True))) for row in shown.rows
            )
            rows += [row for row in made if row is not None]
        return Snapshot(self._columns, tuple(rows))

    @property
    def is_cut(self) -> bool:
        """See `Choices.is_cut`."""
        return any(part.is_cut for part, _ in self._parts)

    def subscribe(self, watcher: Watcher) -> Callable[[], None]:
        """See `Watched.subscribe`."""
        ends = [
            part.subscribe(lambda _, changes: watcher(self.snapshot, changes))
            for part, _ in self._parts
        ]

        def unsubscribe() -> None:
            for end in ends:
                end()

        return unsubscribe

    async def open(self) -> None:
        """See `Choices.open`."""
        for part, _ in self._parts:
            await part.open()

    async def close(self) -> None:
        """See `Choices.close`."""
        for part, _ in self._parts:
            await part.close()

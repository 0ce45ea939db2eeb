"""Rows of a source in the order of their names, to be searched."""

import dataclasses
from collections.abc import Hashable, Iterator

from imnb.live.snapshot import Snapshot
from imnb.viewmodels.display import ListDisplay, Row, RowDisplay
from imnb.viewmodels.letters import folded, letter, place
from imnb.viewmodels.presentation import hue, initials
from imnb.viewmodels.rows import ShownRow

LONGEST = 200
"""Characters of a name that are shown; a peer may have chosen a long one."""


@dataclasses.dataclass(eq=False, slots=True)
class Entry:
    """One row.

    Attributes:
        key: what is chosen with it.
        row: as the source has it.
        shown: key, name, about, initials, hue, letter.
        place: among the others.
        words: what a search looks into.
    """

    key: Hashable
    row: Row
    rev: object
    shown: ShownRow
    place: tuple[bool, str, str]
    words: str


class Catalogue:
    """Makes an entry anew only when the rev of its row changed."""

    def __init__(self, rows: RowDisplay, groups: ListDisplay) -> None:
        self._rows = rows
        self._groups = groups
        self._entries: dict[Hashable, Entry] = {}
        self._order: list[Entry] = []
        self._by_shown: dict[str, Entry] = {}

    def __repr__(self) -> str:
        return f"<Catalogue of {len(self._order)}>"

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._order)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._entries

    def __getitem__(self, key: Hashable) -> Entry:
        return self._entries[key]

    def named(self, shown_key: str) -> Entry | None:
        """The entry that a view calls so."""
        return self._by_shown.get(shown_key)

    def take(self, snapshot: Snapshot) -> None:
        """These are the rows now."""
        entries = {}
        for row in snapshot.rows:
            known = self._entries.get(row[0])
            if known is None or known.rev != row[-1]:
                named = dict(zip(snapshot.columns, row, strict=True))
                known = self._made(row[0], row[-1], named)
            entries[row[0]] = known
        self._entries = entries
        self._order = sorted(entries.values(), key=lambda entry: entry.place)
        self._by_shown = {entry.shown["key"]: entry for entry in self._order}

    def found(self, text: str) -> tuple[int, ...] | None:
        """Where the entries are that have all words of a text; None for all."""
        words = folded(text).split()
        if not words:
            return None
        return tuple(
            number
            for number, entry in enumerate(self._order)
            if all(word in entry.words for word in words)
        )

    def _made(self, key: Hashable, rev: object, row: Row) -> Entry:
        look = self._rows.look(row)
        name = folded(look.name)
        heading = self._groups.group(row, letter(name))
        shown = {
            "key": shown_key(key),
            "name": look.name[:LONGEST],
            "about": look.about[:LONGEST],
            "initials": initials(look.name[:LONGEST])[:2],
            "hue": hue(look.colour or look.name),
            "letter": heading,
        }
        words = f"{name}\n{folded(look.about)}"
        return Entry(key, row, rev, shown, place(heading, name), words)


def shown_key(key: Hashable) -> str:
    """What a view calls it: user ``"7"`` is not conversation 7."""
    return f"{type(key).__name__}:{key}"

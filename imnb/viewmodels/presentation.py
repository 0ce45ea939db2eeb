"""How messages of a kind look, by a registry that plugins add to.

A presentation is plain values; views show every one of them as text.
"""

import dataclasses
import logging
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from imnb.errors import ConfigError

log = logging.getLogger(__name__)

Row = Mapping[str, Any]
"""A row of a chat source, by column."""


MAX_KIND = 40
"""Characters of a kind's name that are shown; a peer may send a long one."""


@dataclasses.dataclass(frozen=True, slots=True)
class Presentation:
    """What a bubble shows.

    Attributes:
        text: as it is to be read.
        style: ``"text"`` for a normal bubble, ``"note"`` for a pale one, ``"notice"``
            for a line in the middle without a bubble.
        card: shown above the text: ``title``, ``lines`` (texts), ``mark`` (a sign
            or two), and perhaps ``thumbnail`` (a data: URL of a small image).
    """

    text: str
    style: str = "text"
    card: Mapping[str, Any] | None = None


Presenter = Callable[[Row], Presentation]


class PresentationRegistry:
    """Presenters by message kind."""

    def __init__(self) -> None:
        self._presenters: dict[str, Presenter] = {}
        self._broken: set[str] = set()

    def __repr__(self) -> str:
        return f"<PresentationRegistry {', '.join(self._presenters)}>"

    def __contains__(self, kind: object) -> bool:
        return kind in self._presenters

    def register(self, kind: str, presenter: Presenter) -> None:
        """Show messages of ``kind`` by ``presenter``.

        Raises:
            ConfigError: somebody else shows them already.
        """
        if kind in self._presenters:
            raise ConfigError(f"messages of kind {kind!r} have a presenter already")
        self._presenters[kind] = presenter

    def present(self, row: Row) -> Presentation:
        """The look of a message; an unknown kind is named, not hidden."""
        presenter = self._presenters.get(row["kind"])
        if presenter is not None:
            try:
                return presenter(row)
            except Exception as error:  # one message must not hide all others
                self._complain(row["kind"], error)
        return _unknown(row)

    def _complain(self, kind: str, error: Exception) -> None:
        """Once for each kind, and without what may quote the message."""
        if kind not in self._broken:
            self._broken.add(kind)
            log.error("the presenter of %r raised %s", kind, type(error).__name__)


def _unknown(row: Row) -> Presentation:
    kind, size = row["kind"][:MAX_KIND], len(row["content"] or b"")
    return Presentation(
        row["text"] or f"a message of kind {kind!r}, {size} bytes", "note"
    )


def hue(name: str) -> int:
    """A colour for an avatar, in degrees; the same name has the same one."""
    return zlib.crc32(name.encode()) % 360


def initials(name: str) -> str:
    """One or two letters for an avatar."""
    words = name.split()[:2]
    return "".join(word[0] for word in words).upper() or "?"

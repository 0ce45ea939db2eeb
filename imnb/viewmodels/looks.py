"""How messages of the kinds that imnb brings itself look."""

import base64
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from imnb.models import kinds
from imnb.models.content import (
    Card,
    FileCard,
    ForwardBundle,
    Forwarded,
    LocationCard,
)
from imnb.models.image import image_size
from imnb.sync.plugins import Plugin
from imnb.viewmodels.presentation import (
    Presentation,
    PresentationRegistry,
    Presenter,
    Row,
)
from imnb.wire.mapping import content as content_mapping

MAX_LINES = 4
"""Messages of a bundle that are shown; how many more there are is said."""
MAX_LINE = 200
"""Characters of each."""
MAX_PIXELS = 1024
"""A side of a thumbnail; a small file can unpack to a huge image."""
MARKS = {
    kinds.IMAGE: ("🖼", "Image"),
    kinds.FILE: ("📄", "File"),
    kinds.VOICE: ("🎤", "Voice message"),
    kinds.LOCATION: ("📍", "Location"),
    kinds.FORWARD: ("📨", "Forwarded messages"),
}
"""A sign and a word for each kind with a card."""
ENCRYPTED = "This message is encrypted and cannot be read here."
INCOMPLETE = "A part of this message did not arrive."
TAKEN_BACK = "taken back"
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}

C = TypeVar("C", bound=Card)


def default_presentations() -> PresentationRegistry:
    """The kinds that imnb knows itself."""
    registry = PresentationRegistry()
    registry.register(kinds.TEXT, lambda row: Presentation(row["text"]))
    for kind in sorted(kinds.WITH_FILE):
        registry.register(kind, _with(FileCard, _file))
    registry.register(kinds.LOCATION, _with(LocationCard, _location))
    registry.register(kinds.FORWARD, _with(ForwardBundle, _bundle))
    registry.register(kinds.NOTICE, lambda row: Presentation(row["text"], "notice"))
    registry.register(kinds.PART, lambda row: Presentation(INCOMPLETE, "note"))
    registry.register(kinds.ENCRYPTED, lambda row: Presentation(ENCRYPTED, "note"))
    return registry


def with_plugins(plugins: Iterable[Plugin]) -> PresentationRegistry:
    """Those kinds, and those that plugins bring; the first one for a kind counts."""
    registry = default_presentations()
    for plugin in plugins:
        if plugin.look is not None:
            for kind in sorted(plugin.kinds - plugin.hidden_kinds):
                if kind not in registry:
                    registry.register(kind, plugin.look)
    return registry


def one_line(kind: str, text: str, is_revoked: bool = False) -> str:
    """A message where there is room for a line: in a list, or a quote."""
    if is_revoked:
        return f"Message {TAKEN_BACK}"
    if kind == kinds.ENCRYPTED:
        return "Encrypted message"
    said = " ".join(text[:MAX_LINE].split())
    if kind in MARKS:
        sign, word = MARKS[kind]
        return f"{sign} {said or word}"
    return said or "A message without text"


def size_of(size: int) -> str:
    """Bytes for people: ``12 B``, ``3.4 MB``."""
    amount = float(max(size, 0))
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:,.0f} {unit}" if unit == "B" else f"{amount:,.1f} {unit}"


def _with(card_type: type[C], show: Callable[[Row, C], dict[str, Any]]) -> Presenter:
    """A presenter of messages with a card; without one they are a note."""

    def present(row: Row) -> Presentation:
        details = content_mapping.details(row["kind"], row["content"] or b"")
        sign, word = MARKS[row["kind"]]
        if details is None or not isinstance(details.card, card_type):
            return Presentation(row["text"] or f"{word} that cannot be read", "note")
        card = {"mark": sign, **show(row, details.card)}
        return Presentation(row["text"], card=card)

    return present


def _file(row: Row, card: FileCard) -> dict[str, Any]:
    about = [size_of(card.size)]
    if card.width and card.height:
        about.append(f"{card.width} \u00d7 {card.height}")
    if row["kind"] == kinds.VOICE and card.duration_ms:
        seconds = card.duration_ms // 1000
        about.append(f"{seconds // 60}:{seconds % 60:02}")
    title = card.name or MARKS[row["kind"]][1]
    shown: dict[str, Any] = {"title": title, "lines": [", ".join(about)]}
    if thumbnail := _thumbnail(card.thumbnail):
        shown["thumbnail"] = thumbnail
    return shown


def _location(_row: Row, card: LocationCard) -> dict[str, Any]:
    place = f"{card.latitude:.5f}°, {card.longitude:.5f}°"
    return {"title": card.name or "Location", "lines": [place]}


def _bundle(_row: Row, card: ForwardBundle) -> dict[str, Any]:
    lines = [_forwarded(one) for one in card.messages[:MAX_LINES]]
    more = len(card.messages) - MAX_LINES
    if more > 0:
        lines.append(f"and {more} more")
    return {"title": card.title or MARKS[kinds.FORWARD][1], "lines": lines}


def _forwarded(one: Forwarded) -> str:
    name = one.sender_name or one.sender_id
    return f"{name[:MAX_LINE]}: {one_line(one.kind, one.text)}"


def _thumbnail(data: bytes) -> str:
    """A data: URL, of what is an image by its own bytes and not by its name."""
    for signature, mime_type in _SIGNATURES.items():
        if data.startswith(signature) and 0 < max(image_size(data)) <= MAX_PIXELS:
            return f"data:{mime_type};base64,{base64.b64encode(data).decode()}"
    return ""

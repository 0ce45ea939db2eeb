"""Names as people look for them: in order, by letter, without regard to accents.

What a peer calls itself may be long or mostly marks, so only its beginning counts.
"""

import unicodedata

LONGEST = 200
"""Characters of a name or text that are looked at."""
OTHER = "#"
"""The group of names that begin with no letter of an alphabet with two cases."""


def folded(text: str) -> str:
    """The same for texts that differ in case, accents and width only."""
    text = text[:LONGEST]
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)[: 2 * LONGEST]
        text = "".join(one for one in parts if unicodedata.category(one)[0] not in "MC")
    return text.casefold().strip()


def letter(name: str) -> str:
    """The group that a `folded` name belongs to: ``"A"`` for "Élodie"'s ``"E"``."""
    first = name[:1].upper()
    return first if first != first.lower() and len(first) == 1 else OTHER


def place(heading: str, name: str) -> tuple[bool, str, str]:
    """Where a `folded` name stands: under its heading; without one, above all."""
    return heading == OTHER, heading, name

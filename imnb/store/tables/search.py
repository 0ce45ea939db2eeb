"""Finding text in messages, and where in the text it was found.

There is no index: DuckDB reads the texts of a million messages in a tenth of a
second, and an index on every word would cost each message more than that.
"""

import dataclasses
from collections.abc import Collection, Sequence

from imnb.store.connection import Reader

Range = tuple[int, int]
"""First character, and the one behind the last."""

MAX_RANGES = 100
"""Places of one text that are pointed out."""


@dataclasses.dataclass(frozen=True, slots=True)
class Hit:
    """A message that contains the text.

    Attributes:
        ranges: where, for highlighting; in characters of `text`.
    """

    conversation_id: int
    seq: int
    sender_id: str
    kind: str
    text: str = dataclasses.field(repr=False)
    sent_at: int = 0
    ranges: tuple[Range, ...] = ()


def messages(
    reader: Reader,
    text: str,
    *,
    conversation_id: int | None = None,
    before: tuple[int, int, int] | None = None,
    limit: int = 50,
    hidden: Collection[str] = (),
) -> list[Hit]:
    """Messages that contain a text, in whatever case, newest first.

    Args:
        reader: where to look.
        text: as it is; ``%`` and ``_`` mean themselves.
        conversation_id: only there.
        before: (sent_at, conversation_id, seq) of the last hit of the page before.
        limit: of a page.
        hidden: kinds that are left out, as are messages that were revoked.
    """
    where, params = condition(text, conversation_id, hidden)
    if before is not None:
        where += (
            " AND t.sent_at <= ? AND (t.sent_at, t.conversation_id, t.seq) < (?, ?, ?)"
        )
        params = (*params, before[0], *before)
    rows = reader.fetch(
        'SELECT t.conversation_id, t.seq, t.sender_id, t.kind, t."text", t.sent_at '
        f"FROM message t WHERE {where} "
        "ORDER BY t.sent_at DESC, t.conversation_id DESC, t.seq DESC LIMIT ?",
        [*params, limit],
    )
    return [
        Hit(conversation, seq, sender, kind, found, at, ranges(found, text))
        for conversation, seq, sender, kind, found, at in rows
    ]


def users(reader: Reader, text: str, limit: int = 50) -> list[tuple[str, str]]:
    """(user_id, name to show) of people whose alias, name or id contains a text."""
    name = "coalesce(nullif(k.alias, ''), nullif(t.name, ''), t.user_id)"
    where, params = containing((name, "t.name", "t.user_id"), text)
    rows = reader.fetch(
        f'SELECT t.user_id, {name} AS shown FROM "user" t '
        f"LEFT JOIN contact k ON k.user_id = t.user_id WHERE {where} "
        "ORDER BY lower(shown), t.user_id LIMIT ?",
        [*params, limit],
    )
    return [(row[0], row[1]) for row in rows]


def condition(
    text: str, conversation_id: int | None, hidden: Collection[str]
) -> tuple[str, tuple[object, ...]]:
    """What is true of a row ``t`` of ``message`` that contains the text."""
    where, params = containing(('t."text"',), text)
    where += " AND t.revoked_at IS NULL"
    if hidden:
        where += f" AND t.kind NOT IN ({', '.join('?' * len(hidden))})"
        params = (*params, *sorted(hidden))
    if conversation_id is not None:
        where += " AND t.conversation_id = ?"
        params = (*params, conversation_id)
    return where, params


def containing(expressions: Sequence[str], text: str) -> tuple[str, tuple[object, ...]]:
    """One of some expressions contains a text, in whatever case; no text is in all."""
    if not text:
        return "true", ()
    escaped = text
    for sign in "\\%_":
        escaped = escaped.replace(sign, f"\\{sign}")
    # without ESCAPE it takes half the time, and then a backslash means itself
    if text.translate({ord("%"): None, ord("_"): None}) == text:
        escaped, escape = text, ""
    else:
        escape = " ESCAPE '\\'"
    tests = " OR ".join(f"{one} ILIKE ?{escape}" for one in expressions)
    return f"({tests})", (f"%{escaped}%",) * len(expressions)


def ranges(text: str, wanted: str) -> tuple[Range, ...]:
    """Where a text contains another, in whatever case; they do not overlap.

    Case folding may make a character longer (``ß`` is ``ss``): the places are those
    of whole characters of the text as it is.
    """
    needle = wanted.casefold()
    if not needle:
        return ()
    folded = [one.casefold() for one in text]
    owner = [place for place, part in enumerate(folded) for _ in part]
    haystack = "".join(folded)
    found: list[Range] = []
    start = haystack.find(needle)
    while start >= 0 and len(found) < MAX_RANGES:
        end = start + len(needle)
        first, last = owner[start], owner[end - 1] + 1
        if not found or first >= found[-1][1]:
            found.append((first, last))
        start = haystack.find(needle, end)
    return tuple(found)

"""Rules that are put together by words.

::

    where("kind = 'text'").of("message").ordered_by("sent_at", newest_first=True)
"""

import dataclasses

from imnb.errors import ConfigError, QueryRefused
from imnb.live.rule import Branch, Rule
from imnb.store import predicate


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A table that can be observed.

    Attributes:
        key: as the feed has it.
        columns: all others but ``rev``, with what stands for an empty value.
    """

    key: tuple[str, ...]
    columns: dict[str, str]


_NUMBER, _TEXT = "0", "''"
TABLES = {
    "message": Table(
        ("conversation_id", "seq"),
        {
            "sender_id": _TEXT,
            "kind": _TEXT,
            "text": _TEXT,
            "sent_at": _NUMBER,
            "edited_at": _NUMBER,
            "revoked_at": _NUMBER,
            "client_id": _TEXT,
        },
    ),
    "conversation": Table(
        ("conversation_id",),
        {
            "kind": _NUMBER,
            "title": _TEXT,
            "created_at": _NUMBER,
            "last_seq": _NUMBER,
            "read_seq": _NUMBER,
            "unread": _NUMBER,
            "mentions": _NUMBER,
            "last_text": _TEXT,
            "last_sender": _TEXT,
            "last_at": _NUMBER,
            "pinned_at": _NUMBER,
            "muted_until": _NUMBER,
            "draft": _TEXT,
        },
    ),
    "outbox": Table(
        ("client_id",),
        {
            "conversation_id": _NUMBER,
            "kind": _TEXT,
            "text": _TEXT,
            "created_at": _NUMBER,
            "position": _NUMBER,
            "state": _TEXT,
            "error": _TEXT,
        },
    ),
    "user": Table(("user_id",), {"name": _TEXT}),
    "contact": Table(("user_id",), {"alias": _TEXT, "added_at": _NUMBER}),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Where:
    """A condition that has no table yet."""

    condition: str

    def of(self, table: str) -> "Of":
        """Rows of this table.

        Raises:
            ConfigError: there is none of that name, or the condition is not one on
                a row of it alone; the present time is no part of a row.
        """
        if table not in TABLES:
            raise ConfigError(f"no table {table!r}; there are: {', '.join(TABLES)}")
        known = TABLES[table]
        try:
            predicate.check(self.condition, frozenset((*known.key, *known.columns)))
        except QueryRefused as error:
            raise ConfigError(f"rule on {table}: {error}") from error
        return Of(self.condition, table)


@dataclasses.dataclass(frozen=True, slots=True)
class Of:
    """A condition on a table."""

    condition: str
    table: str

    def ordered_by(self, *columns: str, newest_first: bool = False) -> Rule:
        """The rule: its window is at the end with the highest values.

        Args:
            columns: what the order goes by; the key decides between equals.
            newest_first: the highest is shown first, not last.

        Raises:
            ConfigError: no such column.
        """
        known = TABLES[self.table]
        for name in columns:
            if name not in known.key and name not in known.columns:
                raise ConfigError(f"rule on {self.table}: {name!r} is no column")
        first = [name for name in columns if name not in known.key]
        order = [f't."{name}"' for name in known.key]
        filled = [f'coalesce(t."{name}", {known.columns[name]})' for name in first]
        is_by_key = columns == known.key[: len(columns)]
        shown = (*known.key, *known.columns)
        key = " || '#' || ".join(order) if len(order) > 1 else order[0]
        branch = Branch(
            table=self.table,
            key=known.key,
            columns=(key, *(f't."{name}"' for name in shown), "t.rev"),
            where=self.condition,
            order=tuple(order if is_by_key else [*filled, *order]),
        )
        name = f"{self.table} where {self.condition}"
        return Rule(name, ("key", *shown, "rev"), (branch,), newest_first=newest_first)


def where(condition: str) -> Where:
    """Rows for which this SQL is true; see `Where.of` for what it may say."""
    return Where(condition)

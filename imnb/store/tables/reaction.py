"""Who reacted how to which message."""

from collections.abc import Collection, Iterable, Mapping

from imnb.models.ids import UserId
from imnb.models.message import Reaction
from imnb.store.connection import Reader
from imnb.store.tables.message import columns
from imnb.store.transaction import Transaction

Key = tuple[int, int]
"""Conversation, seq."""
Found = dict[Key, frozenset[Reaction]]


def load(reader: Reader, keys: Collection[Key]) -> Found:
    """Those of some messages; messages without any are left out."""
    found: dict[Key, set[Reaction]] = {}
    for conversation_id, seq, user_id, emoji in reader.fetch(
        "SELECT r.conversation_id, r.seq, r.user_id, r.emoji FROM reaction r "
        "SEMI JOIN (SELECT unnest(?::BIGINT[]) AS a, unnest(?::BIGINT[]) AS b) v "
        "ON r.conversation_id = v.a AND r.seq = v.b",
        columns(keys),
    ):
        one = Reaction(UserId(user_id), emoji)
        found.setdefault((conversation_id, seq), set()).add(one)
    return {key: frozenset(reactions) for key, reactions in found.items()}


def change(
    tx: Transaction,
    before: Mapping[Key, Collection[Reaction]],
    after: Mapping[Key, Collection[Reaction]],
) -> None:
    """Have messages with other reactions than before."""
    gone = [_rows(key, set(now) - set(after[key])) for key, now in before.items()]
    new = [_rows(key, set(now) - set(before[key])) for key, now in after.items()]
    _remove(tx, [row for rows in gone for row in rows])
    _add(tx, [row for rows in new for row in rows])


def _rows(key: Key, reactions: Iterable[Reaction]) -> list[tuple[int, int, str, str]]:
    return [(*key, one.user_id, one.emoji) for one in reactions]


def _remove(tx: Transaction, rows: list[tuple[int, int, str, str]]) -> None:
    if not rows:
        return
    tx.execute(
        "DELETE FROM reaction USING (SELECT unnest(?::BIGINT[]) AS a, "
        "unnest(?::BIGINT[]) AS b, unnest(?::VARCHAR[]) AS c, "
        "unnest(?::VARCHAR[]) AS d) v WHERE conversation_id = v.a AND seq = v.b "
        "AND user_id = v.c AND emoji = v.d",
        [list(column) for column in zip(*rows, strict=True)],
    )
    tx.bury("reaction", rows, tx.next_rev())


def _add(tx: Transaction, rows: list[tuple[int, int, str, str]]) -> None:
    if rows:
        rev = tx.next_rev()
        tx.append("reaction", [(*row, rev) for row in rows])
        tx.touched("reaction", rows, rev)

"""Changes of messages that are not here.

They come because an event may overtake a page of history that was asked for
before it. Bound: beyond `MOST` the oldest are dropped, and their conversations
are marked so that what changed in them is asked for again.
"""

from collections.abc import Collection, Sequence

from imnb.models.change import MessageChange
from imnb.pb.sync_pb2 import Event
from imnb.store.tables import stale
from imnb.store.tables.message import columns
from imnb.store.transaction import Transaction
from imnb.wire.mapping import change as change_mapping

MOST = 10_000
_SPARE = 1_000


def add(tx: Transaction, changes: Sequence[MessageChange]) -> None:
    """Keep changes until their messages come."""
    if not changes:
        return
    tx.append(
        "waiting_change",
        [
            (
                one.conversation_id,
                one.seq,
                one.change_seq,
                change_mapping.to_event(one).SerializeToString(),
            )
            for one in changes
        ],
    )
    tx.waiting.add((one.conversation_id, one.seq) for one in changes)
    if tx.waiting.changes > MOST:
        _drop_oldest(tx)


def take(tx: Transaction, keys: Collection[tuple[int, int]]) -> list[MessageChange]:
    """What waited for messages that are here now, in order; it waits no more."""
    rows = tx.fetch(
        "SELECT w.event FROM waiting_change w SEMI JOIN ("
        "SELECT unnest(?::BIGINT[]) AS a, unnest(?::BIGINT[]) AS b) v "
        "ON w.conversation_id = v.a AND w.seq = v.b "
        "ORDER BY w.conversation_id, w.change_seq",
        columns(keys),
    )
    _remove(tx, keys)
    return [change_mapping.from_event(Event.FromString(row[0])) for row in rows]


def _remove(tx: Transaction, keys: Collection[tuple[int, int]]) -> None:
    tx.execute(
        "DELETE FROM waiting_change USING (SELECT unnest(?::BIGINT[]) AS a, "
        "unnest(?::BIGINT[]) AS b) v WHERE conversation_id = v.a AND seq = v.b",
        columns(keys),
    )
    tx.waiting.remove(keys)


def _drop_oldest(tx: Transaction) -> None:
    rows = tx.fetch(
        "SELECT conversation_id, seq, min(change_seq) FROM waiting_change "
        "GROUP BY 1, 2 QUALIFY coalesce(sum(count(*)) OVER (ORDER BY min(rowid) "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) < ?",
        [tx.waiting.changes - MOST + _SPARE],
    )
    _remove(tx, [(row[0], row[1]) for row in rows])
    floors: dict[int, int] = {}
    for conversation_id, _, change_seq in rows:
        floor = floors.get(conversation_id, change_seq)
        floors[conversation_id] = min(floor, change_seq)
    stale.mark(tx, {key: floor - 1 for key, floor in floors.items()})

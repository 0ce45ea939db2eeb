"""Ranges of a conversation that are known to be missing or out of date."""

from collections.abc import Sequence

from imnb.store.connection import Reader
from imnb.store.transaction import Transaction

Range = tuple[int, int]
"""First and last seq, both included."""


def add(tx: Transaction, conversation_id: int, from_seq: int, to_seq: int) -> None:
    """Mark a range; ranges that touch or overlap become one."""
    ranges = [*load(tx, conversation_id), (from_seq, to_seq)]
    _save(tx, conversation_id, merged(ranges))


def fill(tx: Transaction, conversation_id: int, from_seq: int, to_seq: int) -> None:
    """A range was read from the server."""
    before = load(tx, conversation_id)
    after = [part for hole in before for part in without(hole, (from_seq, to_seq))]
    if after != before:
        _save(tx, conversation_id, after)


def find(tx: Transaction, extents: Sequence[tuple[int, int, int]]) -> None:
    """Mark what conversations have on the server and not here; judged by key.

    Args:
        tx: the transaction.
        extents: (conversation_id, first seq, last seq) on the server.
    """
    if not extents:
        return
    ids, first, last = (list(column) for column in zip(*extents, strict=True))
    tx.execute(
        "DELETE FROM hole WHERE conversation_id IN (SELECT unnest(?::BIGINT[]))", [ids]
    )
    # A message past the end of each conversation closes its last hole.
    tx.execute(
        "INSERT INTO hole SELECT conversation_id, before + 1, seq - 1 FROM ("
        "SELECT c.a AS conversation_id, s.seq, lag(s.seq, 1, c.b - 1) OVER ("
        "PARTITION BY c.a ORDER BY s.seq) AS before FROM ("
        "SELECT unnest(?::BIGINT[]) AS a, unnest(?::BIGINT[]) AS b, "
        "unnest(?::BIGINT[]) AS z) c JOIN ("
        "SELECT conversation_id, seq FROM message UNION ALL "
        "SELECT unnest(?::BIGINT[]), unnest(?::BIGINT[])) s "
        "ON s.conversation_id = c.a AND s.seq BETWEEN c.b AND c.z + 1"
        ") WHERE seq > before + 1",
        [ids, first, last, ids, [seq + 1 for seq in last]],
    )
    tx.touched("hole", ids, tx.next_rev())


def newest(reader: Reader, limit: int, *, within: int) -> list[tuple[int, int, int]]:
    """(conversation, from, to) of the newest hole of some conversations.

    Args:
        reader: where to look.
        limit: how many conversations.
        within: holes below this many newest messages of theirs do not count.
    """
    rows = reader.fetch(
        "SELECT h.conversation_id, max(h.from_seq), max(h.to_seq) "
        "FROM hole h JOIN conversation c USING (conversation_id) "
        "WHERE h.to_seq > c.last_seq - ? "
        "GROUP BY h.conversation_id, c.last_at "
        "ORDER BY c.last_at DESC NULLS LAST, h.conversation_id LIMIT ?",
        [within, limit],
    )
    return [(row[0], row[1], row[2]) for row in rows]


def load(reader: Reader, conversation_id: int) -> list[Range]:
    """The ranges of a conversation, lowest first."""
    rows = reader.fetch(
        "SELECT from_seq, to_seq FROM hole WHERE conversation_id = ? ORDER BY 1",
        [conversation_id],
    )
    return [(row[0], row[1]) for row in rows]


def merged(ranges: list[Range]) -> list[Range]:
    """The same seqs in as few ranges as possible, lowest first."""
    result: list[Range] = []
    for low, high in sorted(ranges):
        if low > high:
            continue
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], high))
        else:
            result.append((low, high))
    return result


def without(hole: Range, filled: Range) -> list[Range]:
    """What is left of a hole."""
    below = (hole[0], min(hole[1], filled[0] - 1))
    above = (max(hole[0], filled[1] + 1), hole[1])
    if filled[0] > filled[1]:
        return [hole]
    return [part for part in (below, above) if part[0] <= part[1]]


def _save(tx: Transaction, conversation_id: int, ranges: list[Range]) -> None:
    tx.execute("DELETE FROM hole WHERE conversation_id = ?", [conversation_id])
    for low, high in ranges:
        tx.execute("INSERT INTO hole VALUES (?, ?, ?)", [conversation_id, low, high])
    tx.touched("hole", [conversation_id], tx.next_rev())

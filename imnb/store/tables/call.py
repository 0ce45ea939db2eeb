"""Calls that are over: the newest of them, for ``client.sql``."""

from collections.abc import Sequence

from imnb.store.transaction import Transaction

KEPT = 10_000
"""Calls of one file; older ones go when newer ones come."""

CallRow = tuple[
    int, str, int, str, int, int,
    int | None, int | None, int | None, int | None, int,
    int | None, int | None, str,
]  # fmt: skip
"""started_at (µs since 1970), command, ask_id, status, priority, attempts;
µs queued, sending, waiting, receiving, in total;
bytes of the request and of the replies, name of the error"""


def insert(tx: Transaction, rows: Sequence[CallRow], kept: int = KEPT) -> None:
    """Store calls in the order in which they ended, and prune the oldest.

    Nobody observes them, so the feed is not told.
    """
    if not rows:
        return
    [(first, last)] = tx.fetch(
        "SELECT coalesce(min(number), 1), coalesce(max(number), 0) FROM call"
    )
    newest = rows[-kept:]
    tx.append("call", [(n, *row) for n, row in enumerate(newest, last + 1)])
    oldest = last + len(newest) - kept + 1
    if first < oldest:
        tx.execute("DELETE FROM call WHERE number < ?", [oldest])

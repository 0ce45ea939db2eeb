"""The event feed of one account: contiguous numbers, bounded memory.

It is also the push queue of every connection of the account: a connection only
remembers up to where it was told.
"""

from collections.abc import Iterable

from imnb.devserver import splice
from imnb.devserver.paging import MAX_PAGE_BYTES
from imnb.pb.sync_pb2 import EventPush

MAX_PUSHED = 200
"""Events that are joined into one push."""
SLACK = 4
"""Dropped events are freed when they are 1/4 of the retention."""


class EventFeed:
    """Changes of one account, oldest first; the first event has number 1.

    Args:
        retention: events that are kept; the oldest is dropped beyond it.
    """

    def __init__(self, retention: int) -> None:
        self._retention = retention
        self._changes: list[bytes] = []
        self._freed = 0
        self._last_push: tuple[tuple[int, int], tuple[bytes, int]] | None = None

    def __repr__(self) -> str:
        return f"<EventFeed {self.oldest}..{self.head}>"

    @property
    def head(self) -> int:
        """Number of the newest event, 0 when there is none."""
        return self._freed + len(self._changes)

    @property
    def oldest(self) -> int:
        """Number of the oldest event that is kept; above `head` when none is."""
        return max(self._freed, self.head - self._retention) + 1

    def extend(self, changes: Iterable[bytes]) -> None:
        """Add serialised events that have no number yet."""
        self._changes.extend(changes)
        excess = len(self._changes) - self._retention
        if excess > self._retention // SLACK:
            del self._changes[:excess]
            self._freed += excess

    def continues(self, cursor: int) -> bool:
        """Everything above ``cursor`` is there."""
        return self.oldest - 1 <= cursor <= self.head

    def between(self, after: int, last: int) -> list[bytes]:
        """Events above ``after`` up to ``last``, without their numbers."""
        return self._changes[max(after - self._freed, 0) : last - self._freed]

    def page(
        self, after: int, limit: int, max_bytes: int = MAX_PAGE_BYTES
    ) -> tuple[bytes, int]:
        """Events above ``after``, at most ``limit``, and the last one's number.

        At least one when there is one, however large; then as many as stay
        within ``max_bytes``. The feed `continues` the cursor ``after``.
        """
        start = after - self._freed
        parts: list[bytes] = []
        size, number = 0, after
        for change in self._changes[start : start + limit]:
            size += len(change)
            if parts and size > max_bytes:
                break
            number += 1
            parts.append(splice.numbered(number, change))
        return b"".join(parts), number

    def push(
        self, told: int, queue_limit: int, max_bytes: int = MAX_PAGE_BYTES
    ) -> tuple[bytes, int]:
        """The next serialised `EventPush` above ``told``, and what it covers.

        Overflow rule: more than ``queue_limit`` events are dropped for this
        connection and replaced by one push that says ``behind``; it pulls.
        """
        head = self.head
        if head - told > queue_limit or not self.continues(told):
            return EventPush(behind=True, head=head).SerializeToString(), head
        key = told, head  # devices of one account are told the same
        if self._last_push is None or self._last_push[0] != key:
            events, last = self.page(told, MAX_PUSHED, max_bytes)
            push = events + EventPush(head=head).SerializeToString()
            self._last_push = key, (push, last)
        return self._last_push[1]

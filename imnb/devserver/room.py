"""One conversation as the server keeps it."""

import dataclasses

from imnb.models.conversation import ConversationKind
from imnb.models.ids import ConversationId, UserId

SLACK = 4
"""Old messages are freed when they are 1/4 of what is kept."""
MAX_MESSAGES_BYTES = 256 * 1024
"""Bytes of messages in one answer; far below the limit of a frame."""


@dataclasses.dataclass(slots=True)
class Room:
    """Members with their read cursors, and messages numbered without a gap.

    Messages are kept as the changes that went into the feeds (see `splice`), so
    that each is held once however many members there are.
    """

    conversation_id: ConversationId
    kind: ConversationKind
    title: str = dataclasses.field(repr=False)
    created_at: int
    members: dict[UserId, int]
    """Everybody's read cursor."""
    first_seq: int = 1
    last_at: int = 0
    changes: list[bytes] = dataclasses.field(default_factory=list, repr=False)

    @property
    def last_seq(self) -> int:
        """Number of the newest message, 0 when there is none."""
        return self.first_seq + len(self.changes) - 1

    def trim(self, keep: int) -> list[bytes]:
        """Free what is beyond ``keep`` messages, and return it."""
        excess = len(self.changes) - keep
        if excess <= keep // SLACK:
            return []
        freed = self.changes[:excess]
        del self.changes[:excess]
        self.first_seq += excess
        return freed

    def change(self, seq: int) -> bytes:
        """One message that is still kept."""
        return self.changes[seq - self.first_seq]

    def newest(self, from_seq: int, to_seq: int, limit: int) -> list[bytes]:
        """The newest of a range, oldest first.

        At least one when there is one, however large; then as many as stay
        within ``limit`` and `MAX_MESSAGES_BYTES`.
        """
        high = min(to_seq, self.last_seq)
        low = max(from_seq, self.first_seq, high - limit + 1)
        found: list[bytes] = []
        size = 0
        for seq in range(high, low - 1, -1):
            change = self.change(seq)
            size += len(change)
            if found and size > MAX_MESSAGES_BYTES:
                break
            found.append(change)
        found.reverse()
        return found

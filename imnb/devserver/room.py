"""One conversation as the server keeps it."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from imnb.devserver.paging import MAX_PAGE_BYTES, fitting
from imnb.models.conversation import ConversationKind
from imnb.models.ids import ConversationId, UserId
from imnb.pb import model_pb2 as model
from imnb.pb.sync_pb2 import Event

SLACK = 4
"""Old messages are freed when they are 1/4 of what is kept."""


@dataclasses.dataclass(slots=True)
class Membership:
    """How far one member is; seqs of messages.

    Attributes:
        first_seq: the first message the member may see.
        read_seq, delivered_seq: everything up to it was read, has arrived.
    """

    first_seq: int
    read_seq: int
    delivered_seq: int

    @classmethod
    def since(cls, first_seq: int) -> "Membership":
        """Of somebody who joins now, and has nothing of what was before."""
        return cls(first_seq, first_seq - 1, first_seq - 1)

    def has_read(self, seq: int) -> None:
        """What was read has arrived."""
        self.read_seq = max(self.read_seq, seq)
        self.delivered_seq = max(self.delivered_seq, seq)


class Changed(NamedTuple):
    """The state of a message that was changed after it was sent."""

    change_seq: int
    change: bytes
    """As an event would bring it."""


@dataclasses.dataclass(slots=True)
class Room:
    """Members in the order of joining, and messages numbered without a gap.

    Messages are kept as the changes that went into the feeds (see `splice`), so
    that each is held once however many members there are. Of those that were
    changed later, the present state is kept too.
    """

    conversation_id: ConversationId
    kind: ConversationKind
    title: str = dataclasses.field(repr=False)
    created_at: int
    members: dict[UserId, Membership]
    owner: UserId | None = None
    version: int = 1
    first_seq: int = 1
    last_at: int = 0
    change_seq: int = 0
    changes: list[bytes] = dataclasses.field(default_factory=list, repr=False)
    """Messages as they were sent."""
    changed: dict[int, Changed] = dataclasses.field(default_factory=dict, repr=False)
    """By seq, in the order of their newest change."""

    @property
    def last_seq(self) -> int:
        """Number of the newest message, 0 when there is none."""
        return self.first_seq + len(self.changes) - 1

    def first_for(self, who: UserId) -> int:
        """The first message that is kept and that a member may see."""
        return max(self.first_seq, self.members[who].first_seq)

    def trim(self, keep: int) -> list[bytes]:
        """Free what is beyond ``keep`` messages, and return it."""
        excess = len(self.changes) - keep
        if excess <= keep // SLACK:
            return []
        freed = self.changes[:excess]
        del self.changes[:excess]
        for seq in range(self.first_seq, self.first_seq + excess):
            self.changed.pop(seq, None)
        self.first_seq += excess
        return freed

    def change(self, seq: int) -> bytes:
        """One message that is still kept, as it was sent."""
        return self.changes[seq - self.first_seq]

    def message(self, seq: int) -> model.Message:
        """One message that is still kept, as it is now."""
        state = self.changed.get(seq)
        change = self.change(seq) if state is None else state.change
        return Event.FromString(change).message

    def put(self, message: model.Message) -> None:
        """Take the new state of a message, and give it the next change_seq."""
        self.change_seq += 1
        message.change_seq = self.change_seq
        change = Event(message=message).SerializeToString()
        self.changed.pop(message.seq, None)  # to the end
        self.changed[message.seq] = Changed(self.change_seq, change)

    def newest(
        self,
        from_seq: int,
        to_seq: int,
        limit: int,
        max_bytes: int = MAX_PAGE_BYTES,
        changed: Mapping[int, Changed] | None = None,
    ) -> list[bytes]:
        """The newest of a range, oldest first, as they are now.

        At least one when there is one, however large; then as many as stay
        within ``limit`` and ``max_bytes``. ``changed`` gives the states of
        another moment.
        """
        states = self.changed if changed is None else changed
        high = min(to_seq, self.last_seq)
        low = max(from_seq, self.first_seq, high - limit + 1)
        found = (
            state.change if (state := states.get(seq)) else self.change(seq)
            for seq in range(high, low - 1, -1)
        )
        return list(fitting(found, max_bytes))[::-1]

    def changed_above(self, after: int, first_seq: int) -> Iterator[bytes]:
        """Messages from ``first_seq`` that changed since, oldest change first."""
        found = []
        for seq, state in reversed(self.changed.items()):
            if state.change_seq <= after:
                break
            if seq >= first_seq:
                found.append(state.change)
        return reversed(found)

    def states_of(self, from_seq: int, to_seq: int) -> dict[int, Changed]:
        """What the changed ones of a range are like at this moment."""
        if not self.changed:
            return {}
        seqs = range(max(from_seq, self.first_seq), to_seq + 1)
        return {seq: self.changed[seq] for seq in seqs if seq in self.changed}

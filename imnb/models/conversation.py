"""A direct or group conversation, as one of its members sees it."""

import dataclasses
import enum

from imnb.models.ids import ConversationId, UserId


class ConversationKind(enum.IntEnum):
    """Numbers as on the wire."""

    DIRECT = 1
    GROUP = 2
    SYSTEM = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a conversation, with the last message they have read."""

    user_id: UserId
    name: str
    read_seq: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Conversation:
    """Messages are numbered from ``first_seq`` to ``last_seq`` without a gap."""

    conversation_id: ConversationId
    kind: ConversationKind
    title: str
    members: tuple[Member, ...]
    created_at: int
    """Microseconds since 1970, UTC."""
    first_seq: int = 1
    last_seq: int = 0
    change_seq: int = 0

    @property
    def is_group(self) -> bool:
        """More than the two of a direct conversation may take part."""
        return self.kind is ConversationKind.GROUP

    def title_for(self, me: UserId) -> str:
        """The title; of a direct conversation, the other member's name."""
        if self.title:
            return self.title
        others = [m.name or m.user_id for m in self.members if m.user_id != me]
        return ", ".join(others) or "Notes to myself"

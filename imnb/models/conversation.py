"""A direct or group conversation, as one of its members sees it."""

import dataclasses
import enum
from typing import Self

from imnb.models.ids import ConversationId, UserId
from imnb.models.user import User


class ConversationKind(enum.IntEnum):
    """Numbers as on the wire."""

    DIRECT = 1
    GROUP = 2
    SYSTEM = 3


class Role(enum.IntEnum):
    """What a member of a group may do; numbers as on the wire."""

    MEMBER = 0
    """Rename it and add others."""
    OWNER = 1
    """Also remove others and revoke what they wrote."""


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a conversation.

    Attributes:
        read_seq: every message up to this one was read by the member.
        delivered_seq: ... has reached one of the member's devices.
    """

    user_id: UserId
    name: str
    read_seq: int = 0
    delivered_seq: int = 0
    role: Role = Role.MEMBER

    @property
    def is_owner(self) -> bool:
        """Of the group."""
        return self.role is Role.OWNER

    def has_read(self, seq: int) -> bool:
        """The member has read this message."""
        return self.read_seq >= seq

    def has_received(self, seq: int) -> bool:
        """This message is on one of the member's devices."""
        return max(self.delivered_seq, self.read_seq) >= seq


@dataclasses.dataclass(frozen=True, slots=True)
class Conversation:
    """Messages are numbered from ``first_seq`` to ``last_seq`` without a gap.

    Attributes:
        first_seq: the first message I may see; above 1 for a late joiner.
        change_seq: moves with every later change of a message in here.
        version: moves with every change of title, members or roles.
    """

    conversation_id: ConversationId
    kind: ConversationKind
    title: str
    members: tuple[Member, ...]
    created_at: int
    """Microseconds since 1970, UTC."""
    first_seq: int = 1
    last_seq: int = 0
    change_seq: int = 0
    version: int = 0

    @classmethod
    def direct(
        cls, conversation_id: ConversationId, me: User, other: User, created_at: int
    ) -> Self:
        """The conversation of two people, or of me with myself."""
        people = {user.user_id: user for user in (me, other)}
        members = tuple(Member(user.user_id, user.name) for user in people.values())
        kind = ConversationKind.DIRECT
        return cls(conversation_id, kind, "", members, created_at)

    @property
    def is_direct(self) -> bool:
        """Of two, or of me with myself."""
        return self.kind is ConversationKind.DIRECT

    @property
    def is_system(self) -> bool:
        """The server speaks here, and nobody else."""
        return self.kind is ConversationKind.SYSTEM

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

    def member(self, user_id: UserId) -> Member | None:
        """Somebody, if they are in it."""
        return next((one for one in self.members if one.user_id == user_id), None)

    @property
    def owner(self) -> Member | None:
        """Of a group, if its members are known."""
        return next((one for one in self.members if one.is_owner), None)

    def readers(self, seq: int) -> tuple[Member, ...]:
        """Who has read a message; those who wrote it too."""
        return tuple(one for one in self.members if one.has_read(seq))

    def receivers(self, seq: int) -> tuple[Member, ...]:
        """On whose devices a message is."""
        return tuple(one for one in self.members if one.has_received(seq))

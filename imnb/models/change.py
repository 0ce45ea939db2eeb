"""What happens to a message after it was sent.

Changes are counted in their conversation, and a message keeps the number of its
newest one. So a change counts if its number is above that, whichever way it and
the message came, and however often.
"""

import dataclasses

from imnb.models.ids import ConversationId
from imnb.models.message import Message, Reaction


@dataclasses.dataclass(frozen=True, slots=True)
class Edited:
    """Its sender gave it another text and content."""

    conversation_id: ConversationId
    seq: int
    change_seq: int
    text: str = dataclasses.field(repr=False)
    content: bytes = dataclasses.field(repr=False)
    edited_at: int


@dataclasses.dataclass(frozen=True, slots=True)
class Revoked:
    """It was taken back: nothing is left of what it said."""

    conversation_id: ConversationId
    seq: int
    change_seq: int
    revoked_at: int


@dataclasses.dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody put a mark on it, or took it off."""

    conversation_id: ConversationId
    seq: int
    change_seq: int
    reaction: Reaction
    is_removed: bool = False


MessageChange = Edited | Revoked | Reacted


@dataclasses.dataclass(frozen=True, slots=True)
class MessageState:
    """All of a message that can change.

    Attributes:
        edited_at, revoked_at: microseconds since 1970, UTC; 0: never.
        change_seq: its newest change; 0: none yet.
    """

    text: str = dataclasses.field(repr=False)
    content: bytes = dataclasses.field(repr=False)
    edited_at: int = 0
    revoked_at: int = 0
    change_seq: int = 0
    reactions: frozenset[Reaction] = frozenset()

    @classmethod
    def of(cls, message: Message) -> "MessageState":
        """As a message came."""
        return cls(
            message.text,
            message.content,
            message.edited_at,
            message.revoked_at,
            message.change_seq,
            frozenset(message.reactions),
        )

    @property
    def is_revoked(self) -> bool:
        """Nothing is left of it, and nothing comes back."""
        return self.revoked_at > 0

    def after(self, change: MessageChange) -> "MessageState":
        """With a change; one that is not newer changes nothing."""
        if change.change_seq <= self.change_seq:
            return self
        if self.is_revoked:
            return dataclasses.replace(self, change_seq=change.change_seq)
        match change:
            case Edited():
                return dataclasses.replace(
                    self,
                    text=change.text,
                    content=change.content,
                    edited_at=change.edited_at,
                    change_seq=change.change_seq,
                )
            case Revoked():
                return MessageState(
                    "", b"", self.edited_at, change.revoked_at, change.change_seq
                )
            case Reacted():
                one = frozenset({change.reaction})
                rest = self.reactions - one
                return dataclasses.replace(
                    self,
                    reactions=rest if change.is_removed else rest | one,
                    change_seq=change.change_seq,
                )

"""My own settings of a conversation, the same on all my devices."""

import dataclasses

from imnb.models.ids import ConversationId

FOR_GOOD = (1 << 63) - 1
"""As `Preferences.muted_until`: until I say otherwise."""


@dataclasses.dataclass(frozen=True, slots=True)
class Preferences:
    """Times are microseconds since 1970, UTC; 0: never.

    Attributes:
        pinned_at: pinned conversations come first, the one pinned last on top.
        muted_until: it makes no noise until then, or `FOR_GOOD`.
        draft: what I have written and not sent.
        draft_reply_to: the message that the draft answers; 0: none.
        draft_at: when the draft was changed last: the latest wins.
    """

    conversation_id: ConversationId
    pinned_at: int = 0
    muted_until: int = 0
    draft: str = dataclasses.field(default="", repr=False)
    draft_reply_to: int = 0
    draft_at: int = 0

    @property
    def is_pinned(self) -> bool:
        """It is kept on top of the list."""
        return self.pinned_at > 0

    def is_muted(self, now_us: int) -> bool:
        """It makes no noise now."""
        return self.muted_until > now_us

"""Somebody in my address book."""

import dataclasses

from imnb.models.ids import UserId
from imnb.models.user import User


@dataclasses.dataclass(frozen=True, slots=True)
class Contact:
    """Only I know that they are there, and what I call them.

    Attributes:
        alias: empty for the name that they gave themselves.
        added_at: microseconds since 1970, UTC.
    """

    user_id: UserId
    alias: str = ""
    added_at: int = 0

    def name_of(self, user: User | None) -> str:
        """What to show: my name for them, or theirs, or their id."""
        return self.alias or (user.display_name if user else self.user_id)

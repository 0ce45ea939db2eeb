"""A person."""

import dataclasses

from imnb.models.ids import NO_FILE, FileId, UserId


@dataclasses.dataclass(frozen=True, slots=True)
class User:
    """Somebody with an account.

    Attributes:
        about: a line about themselves.
        avatar: a file of the server; empty for none.
    """

    user_id: UserId
    name: str
    about: str = ""
    avatar: FileId = NO_FILE

    @property
    def display_name(self) -> str:
        """The name, or the id of somebody who gave none."""
        return self.name or self.user_id

    @property
    def initials(self) -> str:
        """One or two letters for an avatar."""
        words = self.display_name.split()
        return "".join(word[0] for word in words[:2]).upper()

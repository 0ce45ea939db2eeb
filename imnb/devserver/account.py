"""One user of the server."""

import dataclasses

from imnb.devserver.feed import EventFeed
from imnb.models.ids import ClientId, ConversationId, UserId

MAX_ID_CHARACTERS = 64
MAX_NAME_CHARACTERS = 64
MAX_DEVICE_CHARACTERS = 128
MAX_CLIENT_ID_CHARACTERS = 64


@dataclasses.dataclass(slots=True)
class Account:
    """What belongs to one user; conversations are kept by the world.

    Attributes:
        rooms: conversations the user is in, in the order of joining.
        sent: where each message with a client id went, as long as it is kept.
        groups: groups made, by the client id of the request.
    """

    user_id: UserId
    name: str
    feed: EventFeed
    rooms: list[ConversationId] = dataclasses.field(default_factory=list)
    sent: dict[ClientId, tuple[ConversationId, int]] = dataclasses.field(
        default_factory=dict, repr=False
    )
    groups: dict[ClientId, ConversationId] = dataclasses.field(
        default_factory=dict, repr=False
    )


def fault_of_user_id(user_id: str) -> str:
    """Why this cannot be a user id; empty when it can."""
    if not user_id or len(user_id) > MAX_ID_CHARACTERS:
        return f"a user id has 1 to {MAX_ID_CHARACTERS} characters, not {len(user_id)}"
    if not user_id.isprintable() or user_id != user_id.strip():
        return f"the user id {user_id!r} has spaces around it or control characters"
    return ""


def fault_of_name(name: str) -> str:
    """Why this cannot be a name; empty when it can."""
    if not name.strip() or len(name) > MAX_NAME_CHARACTERS:
        return f"a name has 1 to {MAX_NAME_CHARACTERS} characters, not {len(name)}"
    return "" if name.isprintable() else "a name has no control characters"

"""One user of the server."""

import dataclasses

from imnb.devserver.address_book import AddressBook
from imnb.devserver.feed import EventFeed
from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.pb import model_pb2 as model

MAX_ID_CHARACTERS = 64
MAX_NAME_CHARACTERS = 64
MAX_ABOUT_CHARACTERS = 500
MAX_AVATAR_CHARACTERS = 64
MAX_DEVICE_CHARACTERS = 128
MAX_CLIENT_ID_CHARACTERS = 64


@dataclasses.dataclass(slots=True)
class Account:
    """What belongs to one user; conversations are kept by the world.

    Attributes:
        rooms: conversations the user is in, in the order of joining.
        sent: where each message with a client id went, as long as it is kept.
        groups: groups made, by the client id of the request.
        announcements: the conversation that the server writes to them in.
        acknowledged: the newest event that one of the devices has stored, as far
            as others were told.
    """

    user_id: UserId
    name: str
    feed: EventFeed
    about: str = dataclasses.field(default="", repr=False)
    avatar: str = dataclasses.field(default="", repr=False)
    announcements: ConversationId | None = None
    acknowledged: int = 0
    book: AddressBook = dataclasses.field(default_factory=AddressBook)
    preferences: dict[ConversationId, model.Preferences] = dataclasses.field(
        default_factory=dict, repr=False
    )
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


def fault_of_profile(name: str, about: str, avatar: str) -> str:
    """Why this cannot be what somebody says of themselves; empty when it can."""
    if len(about) > MAX_ABOUT_CHARACTERS:
        size = len(about)
        return f"a line about oneself has {MAX_ABOUT_CHARACTERS} characters, not {size}"
    if len(avatar) > MAX_AVATAR_CHARACTERS or not avatar.isprintable():
        return "an avatar is the id of a file, or empty"
    return fault_of_name(name)

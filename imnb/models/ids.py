"""Identifiers as types, so that one is never taken for another."""

from typing import NewType

UserId = NewType("UserId", str)
"""Login name, e.g. ``"alice"``."""
NOBODY = UserId("")
ConversationId = NewType("ConversationId", int)
"""Given by the server, positive."""
ClientId = NewType("ClientId", str)
"""UUIDv7 of a message or group, chosen by its creator."""
EventSeq = NewType("EventSeq", int)
"""Position in an account's event feed, contiguous from 1."""
FileId = NewType("FileId", str)
"""Given by the server, not to be guessed."""
NO_FILE = FileId("")

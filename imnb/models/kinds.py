"""Kinds of messages that imnb brings itself; plugins bring others."""

TEXT = "text"
IMAGE = "image"
FILE = "file"
VOICE = "voice"
LOCATION = "location"
FORWARD = "forward"
"""Messages of elsewhere, as a bundle."""
NOTICE = "notice"
"""The server says that something happened."""
PART = "part"
"""A piece of a message that is too long for one."""
ENCRYPTED = "encrypted"
"""The content is for somebody who has a key; nothing here can read it."""

WITH_FILE = frozenset({IMAGE, FILE, VOICE})
WITH_CONTENT = WITH_FILE | {TEXT, LOCATION, FORWARD, NOTICE, PART}
"""Their content is an `imnb.models.content.Content`."""

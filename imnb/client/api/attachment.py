"""Messages with a file of this disk."""

import os
import pathlib
import stat
from typing import TYPE_CHECKING

from imnb.client.api import message as message_api
from imnb.client.api import reference
from imnb.client.api.conversation import Target
from imnb.engine.disk import DiskThread, disk_error
from imnb.engine.progress import OnProgress
from imnb.errors import ConfigError, DiskError, FileTooLarge
from imnb.models import forms, kinds
from imnb.models.attachment import Attachment
from imnb.models.content import FileCard
from imnb.models.ids import ConversationId
from imnb.models.image import HEAD_BYTES
from imnb.models.message import Draft, Message
from imnb.wire.mapping import content as content_mapping

if TYPE_CHECKING:
    from imnb.client.messenger import Messenger

LocalPath = str | os.PathLike[str]


async def send(
    client: "Messenger",
    to: Target,
    path: LocalPath,
    *,
    kind: str,
    text: str = "",
    name: str | None = None,
    duration: float = 0.0,
    reply_to: Message | int | None,
    progress: OnProgress | None,
    wait: bool,
) -> Message | Draft:
    """See `Messenger.send_file`, `send_image` and `send_voice`."""
    if not isinstance(path, str | os.PathLike):
        raise ConfigError(f"path of type {type(path).__name__}: give that of a file")
    file = await _look(path)
    if file.size > client.environment.limits.max_file:
        limit = client.environment.limits.max_file
        raise FileTooLarge(f"{path} has {file.size:,} bytes, {limit:,} are the limit")
    card = file.card(name, duration)
    _require_kind(kind, card, path)

    def make(key: ConversationId) -> tuple[Draft, Attachment]:
        content = reference.content(key, reply_to, (), card)
        raw = content_mapping.to_bytes(content)
        draft = forms.draft(key, message_api.now(), kind, text, raw)
        return draft, file.attachment(draft, card.name)

    return await message_api.send_made(client, to, make, progress, wait=wait)


class _File:
    """What the disk says of a file; made in a thread."""

    def __init__(self, given: LocalPath) -> None:
        self._path = path = pathlib.Path(given).absolute()
        try:
            # A pipe would block here without the flag.
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            with open(descriptor, "rb") as opened:
                state = os.fstat(descriptor)
                if not stat.S_ISREG(state.st_mode):
                    raise DiskError(f"{path} is no file: give the path of one")
                self._head = opened.read(HEAD_BYTES)
        except OSError as error:
            raise disk_error(path, error) from None
        self.size = state.st_size
        self._modified_ns = state.st_mtime_ns

    def card(self, name: str | None, duration: float) -> FileCard:
        """How others see it."""
        shown = self._path.name if name is None else name
        # A name in this file system may hold bytes that are no text.
        shown = shown.encode(errors="replace").decode()
        return forms.file_card(
            shown, self.size, self._head, duration_ms=round(duration * 1000)
        )

    def attachment(self, draft: Draft, name: str) -> Attachment:
        """Where it is, for the outbox."""
        return Attachment(
            draft.client_id, str(self._path), name, self.size, self._modified_ns
        )


async def _look(path: LocalPath) -> _File:
    disk = DiskThread("attachment")
    try:
        return await disk.run(_File, path)
    finally:
        await disk.end(lambda: None)


def _require_kind(kind: str, card: FileCard, path: LocalPath) -> None:
    expected = {kinds.IMAGE: "image/", kinds.VOICE: "audio/"}.get(kind, "")
    if not card.mime_type.startswith(expected):
        raise ConfigError(
            f"{path} is {card.mime_type}, not {expected}*: use send_file, or give a "
            "name whose ending tells"
        )
    if card.duration_ms < 0:
        raise ConfigError("duration: seconds, not below zero")

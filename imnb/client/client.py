"""One account on one device: what a notebook works with."""

import os
import pathlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from imnb.client import views
from imnb.client.account import Account
from imnb.client.api import conversation as conversation_api
from imnb.client.api import file as file_api
from imnb.client.api import lookup as lookup_api
from imnb.client.api import message as message_api
from imnb.client.api import source as source_api
from imnb.client.api import user as user_api
from imnb.client.api.message import Target
from imnb.engine.progress import OnProgress
from imnb.engine.upload import Uploadable
from imnb.errors import ConfigError
from imnb.inspector.dissect import DecodedFrame
from imnb.live.source import Source
from imnb.models.conversation import Conversation
from imnb.models.file import FileRef
from imnb.models.message import Draft, Message
from imnb.models.user import User
from imnb.store.connection import Parameters

if TYPE_CHECKING:
    import pandas

NOT_CAPTURED = "this client records no frames: make it with capture=True"


class Client(Account):
    """A façade: methods delegate to one topic each (`imnb.client.api`).

    Architecture name: ``IMManager``. What it is made with, and all about the
    session, is said at `imnb.client.account.Account`.
    """

    async def send_text(
        self, to: Target, text: str, *, wait: bool = True
    ) -> Message | Draft:
        """Send a text to a user, or to a conversation.

        It is stored before it is on the wire, and sent whatever happens then.

        Args:
            to: a user's id, a conversation or its id.
            text: at most 64 KiB.
            wait: until the server has accepted it; else a draft is returned.

        Raises:
            CallTimeout: not accepted yet; it stays in the outbox.
            CallRefused: refused for good; it stays there as failed.
        """
        return await message_api.send(self, to, text, wait=wait)

    async def retry(self, client_id: str) -> None:
        """Send a failed message again."""
        await message_api.retry(self, client_id)

    async def discard(self, client_id: str) -> None:
        """Give a message up that was not accepted."""
        await message_api.discard(self, client_id)

    async def mark_read(self, conversation: Target, seq: int | None = None) -> None:
        """I have read up to a message, or all of a conversation."""
        await message_api.mark_read(self, conversation, seq)

    async def open_direct(self, user: str) -> Conversation:
        """The direct conversation with somebody; made if there is none."""
        return await conversation_api.open_direct(self, user)

    async def create_group(self, title: str, members: Iterable[str]) -> Conversation:
        """A new group; I am a member anyway."""
        return await conversation_api.create_group(self, title, members)

    async def update_profile(self, name: str) -> User:
        """Change the name that others see."""
        self._me = await user_api.update_profile(self, name)
        return self._me

    async def upload(
        self,
        what: Uploadable,
        *,
        name: str | None = None,
        progress: OnProgress | None = None,
    ) -> FileRef:
        """Give the server a file, piece by piece.

        Args:
            what: its path, or the bytes themselves.
            name: as others see it; else that of the path.
            progress: called after each piece; an `imnb.engine.progress.Meter`
                may be read, or waited for with ``async for``.

        Raises:
            FileTooLarge: for this client, the server or its quota.
            DiskError: it cannot be read.
            GatewayUnreachable: the connection broke off, or stood still.
        """
        return await file_api.upload(self, what, name, progress)

    async def download(
        self,
        file: FileRef,
        path: str | os.PathLike[str],
        *,
        progress: OnProgress | None = None,
    ) -> pathlib.Path:
        """Get a file, over as many connections as it takes.

        A file at ``path`` is replaced when all has come and the checksum is right.
        What has come of one that was cancelled or broke off stays beside it, in
        ``<path>.<key>.part``, and the next download goes on from there.

        Raises:
            FileDamaged: the checksum is wrong; nothing is kept.
            FileTooLarge: beyond `imnb.config.Limits.max_file`.
            FileError: there is no such file, or it is being downloaded already.
            DiskError: it cannot be written.
            GatewayUnreachable: the connection broke off, or stood still, too often.
        """
        return await file_api.download(self, file, path, progress)

    async def find_users(self, user_ids: Iterable[str] = ()) -> list[User]:
        """Those of the given users who exist, over HTTP; without any, everybody."""
        return await lookup_api.find_users(self, user_ids)

    async def find_groups(self) -> list[Conversation]:
        """The groups that I am in, as the server has them, over HTTP."""
        return await lookup_api.find_groups(self)

    async def conversations(self) -> "pandas.DataFrame":
        """My conversations, the liveliest first."""
        return await self.db.sql(
            "SELECT * FROM conversations "
            "ORDER BY coalesce(last_at, created_at) DESC, conversation_id DESC"
        )

    async def messages(
        self, conversation: Target, limit: int = 50
    ) -> "pandas.DataFrame":
        """The newest messages that are here, oldest first."""
        return await message_api.page(self, conversation, limit)

    async def users(self) -> "pandas.DataFrame":
        """Everybody on the server."""
        await self.synchroniser.users.everybody()
        return await self.db.sql("SELECT * FROM users ORDER BY name, user_id")

    async def sql(
        self, query: str, params: Parameters | None = None
    ) -> "pandas.DataFrame":
        """Ask the store with one SELECT; its views are described in `imnb.store`."""
        return await self.db.sql(query, params)

    def conversation_source(self) -> Source:
        """My conversations, live; open it before use, close it after."""
        return source_api.conversations(self)

    def chat_source(self, conversation_id: int) -> Source:
        """Messages of a conversation, live, with those on their way out."""
        return source_api.chat(self, conversation_id)

    def user_source(self) -> Source:
        """Everybody who was heard of, live."""
        return source_api.users(self)

    async def expect(self, where: str, timeout: float = 5.0) -> DecodedFrame:
        """Wait for a received frame, e.g. ``text contains "hi"``.

        Raises:
            ExpectationFailed: it did not come; lists the frames that did.
        """
        if self._expectation is None:
            raise ConfigError(NOT_CAPTURED)
        return await self._expectation.wait(where, timeout)

    def app(self, **options: Any) -> Any:
        """The chat program as a widget."""
        made = views.make_view("app", self, **options)
        self._shown(made)
        return made

    def inspect(self, **options: Any) -> Any:
        """The frames of this client as a widget."""
        if self.capture is None:
            raise ConfigError(NOT_CAPTURED)
        return views.make_view("inspect", self, **options)

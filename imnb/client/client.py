"""One account on one device: what a notebook works with."""

import functools
import os
import pathlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from imnb.client import views
from imnb.client.api import conversation as conversation_api
from imnb.client.api import export as export_api
from imnb.client.api import file as file_api
from imnb.client.api import lookup as lookup_api
from imnb.client.api import source as source_api
from imnb.client.api import user as user_api
from imnb.client.api.contacts import Contacts
from imnb.client.api.export import Imported
from imnb.client.api.file import Downloadable
from imnb.client.api.groups import Groups
from imnb.client.api.preferences import Settings
from imnb.client.api.presence import Presences
from imnb.client.messenger import Messenger
from imnb.engine.progress import OnProgress
from imnb.engine.upload import Uploadable
from imnb.errors import ConfigError
from imnb.inspector.dissect import DecodedFrame
from imnb.live.count import Count, Figure
from imnb.live.hooks import Callback as MessageCallback
from imnb.live.rule import Rule
from imnb.live.source import Source
from imnb.models.conversation import Conversation
from imnb.models.file import FileRef
from imnb.models.user import User
from imnb.store.connection import Parameters
from imnb.sync.plugins import Plugin

if TYPE_CHECKING:
    import pandas

NOT_CAPTURED = "this client records no frames: make it with capture=True"


class Client(Messenger):
    """A façade: methods delegate to one topic each (`imnb.client.api`).

    Architecture name: ``IMManager``. What it is made with, and all about the
    session, is said at `imnb.client.account.Account`; how messages are meant and
    sent, at `imnb.client.messenger.Messenger`.
    """

    @functools.cached_property
    def contacts(self) -> Contacts:
        """My address book."""
        return Contacts(self)

    @functools.cached_property
    def groups(self) -> Groups:
        """Titles and members of groups."""
        return Groups(self)

    @functools.cached_property
    def preferences(self) -> Settings:
        """What I have pinned and muted, and drafts."""
        return Settings(self)

    @functools.cached_property
    def presence(self) -> Presences:
        """Who is there, and who is writing."""
        return Presences(self)

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
        file: Downloadable,
        path: str | os.PathLike[str],
        *,
        progress: OnProgress | None = None,
    ) -> pathlib.Path:
        """Get a file, over as many connections as it takes.

        ``file`` is what `upload` returned, or a message that brings one.
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

    async def users(self) -> "pandas.DataFrame":
        """Everybody on the server."""
        await self.synchroniser.users.everybody()
        return await self.db.sql("SELECT * FROM users ORDER BY name, user_id")

    async def export_store(
        self, folder: str | os.PathLike[str], *, format: str = "parquet"
    ) -> Mapping[str, int]:
        """Write the store's views to files of a folder; rows by view.

        They are not encrypted, whether the store is or not.

        Args:
            folder: is made if there is none; else empty, or of an earlier export,
                which is replaced.
            format: ``"parquet"`` or ``"csv"``.

        Raises:
            StoreError: it cannot be written.
        """
        return await export_api.export_store(self, folder, format)

    async def import_store(self, folder: str | os.PathLike[str]) -> Imported:
        """Bring the messages of such a folder back that are not here.

        Raises:
            ExportDamaged: it is no export, or makes no sense.
            StoreError: it is of another user or another server.
        """
        return await export_api.import_store(self, folder)

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

    def user_source(self, name_contains: str = "") -> Source:
        """Everybody who was heard of, or whose name or id contains a text, live."""
        return source_api.users(self, name_contains)

    def search_source(self, text: str, conversation_id: int | None = None) -> Source:
        """Messages that contain a text, everywhere or in one conversation, live."""
        return source_api.search(self, text, conversation_id)

    def observe(self, rule: Rule) -> Source:
        """The rows of a rule, live; see `imnb.live.builder.where`."""
        return source_api.observed(self, rule)

    async def count(self, figure: Figure) -> Count:
        """A number of the store, live, e.g. `imnb.live.rules.unread`."""
        return await source_api.count(self, figure)

    def on_message(
        self, callback: MessageCallback, *, name: str | None = None
    ) -> MessageCallback:
        """Have a function called or awaited for each new message; a decorator.

        ::

            @client.on_message
            def ring(message): ...

        Where it stands is kept in the store, by its name, after it was told. So
        the next log-in, also after a crash, tells it what came meanwhile, and
        after a crash in the middle perhaps something that it heard (at least
        once). Nothing is told of my own messages, of what came before it was
        first registered, and of history that is fetched.

        Args:
            callback: gets the `imnb.models.message.Message`.
            name: else that of the function; one name has one function.
        """
        self._life.hooks.on(name or callback.__qualname__, callback)
        return callback

    def off_message(self, name: str) -> None:
        """Tell the function of this name no more."""
        self._life.hooks.off(name)

    def plugin(self, plugin: Plugin | Callable[[], Plugin]) -> Plugin:
        """Add a kind of message, or something else that a plugin does.

        It stays with this client wherever it logs in. Given again under the same
        name, by running its cell again, it replaces the one before. As a decorator
        it takes a function without arguments that makes the plugin::

            @client.plugin
            def poll():
                return Plugin("poll", frozenset({"poll"}), store=..., tables=(...,))

        Raises:
            ConfigError: its name, or what it is for, belongs to imnb.
        """
        made = plugin() if callable(plugin) else plugin
        self._life.plugins.add(made)
        return made

    async def reprocess(self, name: str) -> int:
        """Let a plugin that failed, and was mended, have what it failed on.

        Returns:
            how many messages that were.

        Raises:
            ConfigError: there is none of that name, or it failed again.
        """
        return await self.synchroniser.stores.reprocess(name)

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

    def picker(self, use: str, **options: Any) -> Any:
        """A widget to choose with: ``await client.picker("forward").choose()``.

        ``client.picker("group").sync.choose()`` waits in a cell without await. What
        there is to choose, and the options, are in `imnb.viewmodels.pickers`.

        Args:
            use: "forward", "group", "mention" or "remove"; the last two take the
                ``conversation``.
            options: e.g. ``validate``, a function that may be async.
        """
        made = views.make_view("picker", self, use=use, **options)
        self._shown(made)
        return made

    def inspect(self, **options: Any) -> Any:
        """The frames of this client as a widget."""
        if self.capture is None:
            raise ConfigError(NOT_CAPTURED)
        return views.make_view("inspect", self, **options)

"""One account on one device: what a notebook works with."""

import contextlib
import pathlib
import urllib.parse
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self

from imnb.client import views
from imnb.client.api import conversation as conversation_api
from imnb.client.api import message as message_api
from imnb.client.api import source as source_api
from imnb.client.api import user as user_api
from imnb.client.api.message import Target
from imnb.client.facade import SyncFacade
from imnb.client.gateway import Credentials
from imnb.client.lifetime import Lifetime, Watcher
from imnb.config import LOOPBACK_HOSTS, Environment
from imnb.engine.engine import Engine
from imnb.engine.states import State
from imnb.errors import CallError, ConfigError, ConnectionLost
from imnb.inspector.capture import Capture
from imnb.inspector.dissect import DecodedFrame
from imnb.inspector.expect import Expectation
from imnb.live.poller import Poller
from imnb.live.source import Source
from imnb.models.conversation import Conversation
from imnb.models.ids import UserId
from imnb.models.message import Draft, Message
from imnb.models.user import User
from imnb.net.transport import Network
from imnb.store.connection import Parameters
from imnb.store.database import Database
from imnb.store.location import delete_store, store_path
from imnb.sync.synchroniser import Synchroniser
from imnb.wire.commands import builtin_commands

if TYPE_CHECKING:
    import pandas

NOT_CAPTURED = "this client records no frames: make it with capture=True"
LOCAL = "local"
LOGOUT_TIMEOUT = 2.0
"""Seconds that the server has to answer; the session ends anyway."""


class Client:
    """A façade: methods delegate to one topic each (`imnb.client.api`).

    Architecture name: ``IMManager``.

    Args:
        user: the account's id.
        environment: where to log in; a string is the gateway's URL, and its host
            the environment's name, so that no two servers share a store.
        password: may be given to `login` instead, and is never shown.
        token: in place of a password.
        device: two devices of one user have a session and a store each.
        data_dir: for the store; the platform's folder if not given.
        network: real TCP if not given.
        capture: record all frames, for `inspect` and `expect`.

    Attributes:
        sync: the same calls for code that cannot await.
        capture: the frames of this client, or None.
    """

    def __init__(
        self,
        user: str,
        *,
        environment: Environment | str,
        password: str | None = None,
        token: str | None = None,
        device: str = "notebook",
        data_dir: pathlib.Path | None = None,
        network: Network | None = None,
        capture: bool = True,
    ) -> None:
        if isinstance(environment, str):
            environment = Environment(environment, name_of(environment))
        self.user = UserId(user)
        self.device = device
        self.environment = environment
        self.capture = Capture(builtin_commands()) if capture else None
        self._expectation = None if self.capture is None else Expectation(self.capture)
        self._life = Lifetime(
            self,
            environment,
            Credentials(user, device, password, token),
            store_path(environment.name, user, device, data_dir),
            network,
            None if self.capture is None else self.capture.tap,
        )
        self._me = User(self.user, "")
        self.sync = SyncFacade(self, lambda: self._life.loop)

    def __repr__(self) -> str:
        where = f"{self.environment.name}, {self.device}"
        return f"<Client {self.user} ({where}) {self.state}>"

    async def __aenter__(self) -> Self:
        if not self._life.is_logged_in:
            await self.login()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    @property
    def me(self) -> User:
        """Myself, as of the last log-in or profile update."""
        return self._me

    @property
    def state(self) -> State:
        """Where the session is."""
        return self.engine.state

    @property
    def engine(self) -> Engine:
        """The client core: calls, pushes, states."""
        return self._life.engine

    @property
    def db(self) -> Database:
        """The store."""
        return self._life.parts.database

    @property
    def synchroniser(self) -> Synchroniser:
        """Outbox, pipeline with its plugins, history."""
        return self._life.parts.synchroniser

    @property
    def poller(self) -> Poller:
        """Reads for sources."""
        return self._life.parts.poller

    @property
    def behind(self) -> int:
        """How many events the server has that are not here."""
        life = self._life
        return life.parts.synchroniser.cursor.behind if life.is_logged_in else 0

    def on_state(self, watcher: Watcher) -> Callable[[], None]:
        """Call ``watcher`` at each change of state; the result ends that."""
        return self._life.watch(watcher)

    async def login(self, password: str | None = None) -> User:
        """Connect, authenticate and catch up.

        Raises:
            ImnbError: why not, in one error; nothing is left behind then, and
                it may be called again. So it may when the session has ended by
                a kick or a refusal: the store and views go on as they are.
        """
        self._me = (await self._life.login(password)).me
        return self._me

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
        return views.make_view("app", self, **options)

    def inspect(self, **options: Any) -> Any:
        """The frames of this client as a widget."""
        if self.capture is None:
            raise ConfigError(NOT_CAPTURED)
        return views.make_view("inspect", self, **options)

    def raise_background_errors(self) -> None:
        """Raise what failed in the background since the last call, if anything."""
        self.engine.scope.raise_errors()

    async def logout(self, *, clear: bool = False) -> None:
        """End the session on the server too; ``clear`` removes the store."""
        path = self.db.path
        with contextlib.suppress(CallError, ConnectionLost):
            await self.engine.rpc.Logout(timeout=LOGOUT_TIMEOUT)
        await self.close()
        if clear and path is not None:
            delete_store(path)

    async def close(self) -> None:
        """End everything; drafts stay in the outbox. Safe to call twice."""
        await self._life.close()


def name_of(gateway: str) -> str:
    """The name of an environment that is given as a URL only."""
    url = urllib.parse.urlsplit(gateway)
    if not url.hostname or url.hostname in LOOPBACK_HOSTS:
        return LOCAL  # its port may be another one each time
    return url.netloc.rpartition("@")[2].lower()

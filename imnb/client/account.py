"""A user's session on one device: how it begins, changes and ends."""

import contextlib
import pathlib
import weakref
from collections.abc import Callable
from typing import Any, Self

from imnb.client import plugins
from imnb.client.api import session as session_api
from imnb.client.environments import resolve
from imnb.client.facade import SyncFacade
from imnb.client.gateway import Credentials, Gateway
from imnb.client.lifetime import CLOSED, Lifetime, Watcher
from imnb.config import Environment
from imnb.engine.engine import Engine
from imnb.engine.notifications import Behind, H, LaneOf, M
from imnb.engine.states import State
from imnb.errors import CallError, ConnectionLost
from imnb.inspector.capture import Capture
from imnb.inspector.expect import Expectation
from imnb.live.poller import Poller
from imnb.models.ids import UserId
from imnb.models.session import DeviceSession
from imnb.models.user import User
from imnb.net.transport import Network
from imnb.store.database import Database
from imnb.store.keys import StoreKey
from imnb.store.location import delete_store, store_path
from imnb.sync.synchroniser import Synchroniser
from imnb.wire.commands import builtin_commands

LOGOUT_TIMEOUT = 2.0
"""Seconds that the server has to answer; the session ends anyway."""


class Account:
    """The half of `imnb.client.client.Client` that is about the session.

    Args:
        user: the account's id.
        environment: where to log in; a string is the gateway's URL, and its host
            the environment's name, so that no two servers share a store; or a
            name of `imnb.client.environments`.
        password: may be given to `login` instead, and is never shown.
        token: in place of a password.
        device: two devices of one user have a session and a store each.
        data_dir: for the store; the platform's folder if not given.
        store_key: encrypts the store; never shown. `imnb.store.keys` says where it
            comes from else.
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
        store_key: str | None = None,
        network: Network | None = None,
        capture: bool = True,
    ) -> None:
        self.user = UserId(user)
        self.device = device
        self.capture = Capture(builtin_commands()) if capture else None
        self._data_dir = data_dir
        environment = resolve(environment)
        self._life = Lifetime(
            self,
            environment,
            Credentials(user, device, password, token),
            self._path_in(environment),
            None if store_key is None else StoreKey(store_key),
            network,
            None if self.capture is None else self.capture.tap,
        )
        self._expectation = None if self.capture is None else Expectation(self.capture)
        self._me = User(self.user, "")
        self._apps: weakref.WeakSet[Any] = weakref.WeakSet()
        self._has_plugins = False
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
    def environment(self) -> Environment:
        """Where the session is, or will be."""
        return self._life.environment

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
    def gateway(self) -> Gateway:
        """HTTP, with the token of the last log-in."""
        return self._life.parts.gateway

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

    def on(
        self,
        message_type: type[M],
        *,
        lane: LaneOf[M] | None = None,
        behind: Behind | None = None,
    ) -> Callable[[H], H]:
        """Have a function called or awaited for each push of a type; a decorator.

        ::

            @client.on(EventPush)
            async def show(push): ...

        It hears from this client wherever it logs in, until `off`. Defined again
        by running its cell again, it replaces the one before.

        Args:
            message_type: of the push; a request's or reply's is refused.
            lane: gives what must keep its order, e.g. a conversation's id; without
                it one push is handled after the other.
            behind: called with how many were `imnb.engine.lanes.Missed` when the
                function is too slow; without it that is a background error.

        Raises:
            ConfigError: it is not a push.
        """
        return self._life.handlers.on(message_type, lane=lane, behind=behind)

    def off(self, handler: Callable[..., Any]) -> None:
        """Call a function no more that was registered with `on`."""
        self._life.handlers.off(handler)

    async def login(self, password: str | None = None) -> User:
        """Connect, authenticate and catch up.

        Raises:
            ImnbError: why not, in one error; nothing is left behind then, and
                it may be called again. So it may when the session has ended by
                a kick or a refusal: the store and views go on as they are.
        """
        if not self._has_plugins:
            self._has_plugins = True
            plugins.load(self, self.engine.scope.report)
            self._life.plugins.load(self.engine.scope.report)
        self._me = (await self._life.login(password)).me
        return self._me

    async def change_token(self, token: str) -> None:
        """Go on with another token, in place of the password or token before.

        The gateway is asked first. Who was logged in logs in again, also after a
        kick or a refusal; the store and views go on as they are.

        Raises:
            ImnbError: the gateway does not take it, and nothing has changed; or
                the connection could not be made anew, which is tried again.
        """
        parts = await self._life.change_token(token)
        self._me = self._me if parts is None else parts.me

    async def use_environment(
        self,
        environment: Environment | str,
        *,
        password: str | None = None,
        token: str | None = None,
    ) -> User:
        """End the session here, then log in there, with a store of its own.

        Calls that wait fail with EnvironmentChanged. Programs of `app` close;
        sources keep their last rows and change no more: open new ones. What was
        registered with `on` and `on_state`, and the capture, follow.

        Args:
            environment: as for the client itself.
            password: there; the one from here if neither it nor a token is given.
            token: there. The one from here is nobody's business there.

        Raises:
            ConfigError: there is no such environment, or a log-in is under way;
                the session goes on as it is.
            ImnbError: the log-in failed. The client is in the new environment
                then, without a session: call `login` or this again.
        """
        environment = resolve(environment)
        path = self._path_in(environment)
        self._life.require_idle()
        for app in list(self._apps):
            app.close()
        self._apps.clear()
        await self._life.move(environment, path, password, token)
        return await self.login()

    async def sessions(self) -> tuple[DeviceSession, ...]:
        """My sessions on this server, on all devices, the oldest first."""
        return await session_api.sessions(self)

    async def kick(self, session_id: str) -> None:
        """End a session of mine on another device.

        Raises:
            CallRefused: there is none of that id, or it is this one.
        """
        await session_api.kick(self, session_id)

    def raise_background_errors(self) -> None:
        """Raise what failed in the background since the last call, if anything."""
        self.engine.scope.raise_errors()

    async def logout(self, *, clear: bool = False) -> None:
        """End the session on the server too; ``clear`` removes the store."""
        path = self.db.path
        with contextlib.suppress(CallError, ConnectionLost):
            await self.engine.rpc.Logout(timeout=LOGOUT_TIMEOUT)
        await self._life.close("logged out")
        if clear and path is not None:
            delete_store(path)

    async def close(self, reason: str = CLOSED) -> None:
        """End everything; drafts stay in the outbox. Safe to call twice.

        Args:
            reason: for people; in the last change of state, and in later errors.
        """
        await self._life.close(reason)

    def _shown(self, app: Any) -> None:
        """Have it closed when the environment changes: its chats are of this one."""
        if hasattr(app, "close"):
            self._apps.add(app)

    def _path_in(self, environment: Environment) -> pathlib.Path:
        return store_path(environment.name, self.user, self.device, self._data_dir)

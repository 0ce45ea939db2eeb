"""From the first log-in to the end: what a client owns, and when."""

import asyncio
import contextlib
import functools
import pathlib
from collections.abc import Awaitable, Callable, Hashable

from imnb.client.assembly import Assembly, make_engine
from imnb.client.gateway import Credentials
from imnb.client.plugins import ClientPlugins
from imnb.client.registry import LIVE, Closable
from imnb.config import Environment
from imnb.engine.engine import Engine
from imnb.engine.handlers import Handlers
from imnb.engine.states import State, StateChange
from imnb.errors import ClosedError, ConfigError, EnvironmentChanged, SyncWaitError
from imnb.live.hooks import MessageHooks
from imnb.models.ids import UserId
from imnb.net.transport import Network
from imnb.store.database import Database
from imnb.store.keys import StoreKey, find_key
from imnb.tasks import EngineLoop
from imnb.wire.codec import Tap

CLOSED = "closed"
"""Why, of a client whose user wanted it so."""
Watcher = Callable[[StateChange], None]


class Lifetime:
    """Logs in, as often as it takes; closes once.

    Attributes:
        environment: where the session is, or will be.
        engine: a new one after each log-in that failed, and in each environment.
        handlers: of pushes; they hear from every engine.
        hooks: functions that are told of new messages, in every store.
        plugins: what it adds to the kinds of messages.
    """

    def __init__(
        self,
        owner: Closable,
        environment: Environment,
        credentials: Credentials,
        path: pathlib.Path,
        store_key: StoreKey | None,
        network: Network | None,
        tap: Tap | None,
    ) -> None:
        self._owner = owner
        self.environment = environment
        self.handlers = Handlers()
        self.hooks = MessageHooks()
        self.plugins = ClientPlugins()
        self._credentials = credentials
        self._path = path
        self._store_key = store_key
        self._network = network
        self._tap = tap
        self._watchers: dict[object, Watcher] = {}
        self._loop: EngineLoop | None = None
        self._parts: Assembly | None = None
        self._turn = asyncio.Lock()
        self._opening: asyncio.Timeout | None = None
        self._is_closed = False
        self._why_closed = ""
        self.engine = self._new_engine()

    def __repr__(self) -> str:
        return f"<Lifetime of {self._credentials.user!r}: {self.engine.state}>"

    @property
    def keys(self) -> tuple[Hashable, ...]:
        """Of which there is one client in a process: a session, and a store."""
        who = self._credentials
        return (self.environment.gateway, who.user, who.device), self._path

    @property
    def parts(self) -> Assembly:
        """What exists while logged in.

        Raises:
            ConfigError: it is not.
            ClosedError: not any more.
        """
        self._require_open()
        if self._parts is None:
            user = self._credentials.user
            raise ConfigError(f"{user} is not logged in: await client.login() first")
        return self._parts

    @property
    def is_logged_in(self) -> bool:
        """There are parts."""
        return self._parts is not None and not self._is_closed

    @property
    def loop(self) -> EngineLoop:
        """The loop of the log-in; before it, of the first use.

        Raises:
            SyncWaitError: there is no loop yet.
        """
        if self._loop is None:
            try:
                self._loop = EngineLoop()
            except RuntimeError:
                raise SyncWaitError(
                    "no event loop runs here: use client.sync in a notebook or "
                    "after await client.login(); in a script await the calls "
                    "themselves, with asyncio.run(...)"
                ) from None
        return self._loop

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call ``watcher`` at each change of state, of later engines too."""
        if not callable(watcher):
            raise ConfigError(f"{watcher!r} cannot be called: give a function")
        key = object()
        self._watchers[key] = watcher

        def unsubscribe() -> None:
            self._watchers.pop(key, None)

        return unsubscribe

    def require_idle(self) -> None:
        """There is no log-in under way, and no end.

        Raises:
            ConfigError: there is.
            ClosedError: for good.
        """
        self._require_open()
        if self._turn.locked():
            user = self._credentials.user
            raise ConfigError(f"a log-in of {user} is under way: wait for its end")

    async def login(self, password: str | None) -> Assembly:
        """Open all parts; see `Client.login`."""
        self._require_open()
        if self._turn.locked() or not self._is_over:
            user, state = self._credentials.user, self.engine.state
            raise ConfigError(f"{user} is logged in already (the session is {state})")
        if password is not None:
            self._credentials.prove(password=password, token=self._credentials.token)
        return await self._in_turn(self._open)

    async def change_token(self, token: str) -> Assembly | None:
        """Go on with another token; the parts, if there are some already."""
        self.require_idle()
        if not token:
            raise ConfigError("the token is empty: give one, or log in with a password")
        if self._parts is None:
            self._credentials.prove(token=token)
            return None
        return await self._in_turn(lambda: self._change_token(token))

    async def move(
        self,
        environment: Environment,
        path: pathlib.Path,
        password: str | None,
        token: str | None,
    ) -> None:
        """End everything here; the next `login` is there."""
        self.require_idle()
        reason = f"the client went to the environment {environment.name!r}"
        async with self._turn:
            try:
                self.engine.channel.retries.fail_all(EnvironmentChanged(reason))
                self.engine.stop(EnvironmentChanged(reason))
                await self.engine.close(reason)
                if self._parts is not None:
                    await self._parts.close(EnvironmentChanged)
            finally:
                LIVE.leave(self._owner)
                self._parts = None
                self.environment, self._path = environment, path
                self._credentials.prove(
                    token=token,
                    password=password
                    if password or token
                    else self._credentials.password,
                )
                self.engine = self._new_engine()

    async def close(self, reason: str = CLOSED) -> None:
        """End everything, a log-in under way too; safe to call twice."""
        self._why_closed = self._why_closed or reason
        if self._opening is not None and not self._is_closed:
            self._opening.reschedule(asyncio.get_running_loop().time())
        self._is_closed = True
        async with self._turn, contextlib.AsyncExitStack() as ends:
            ends.callback(LIVE.leave, self._owner)
            if self._parts is not None:
                ends.push_async_callback(self._parts.close)
            await self.engine.close(self._why_closed)

    async def _in_turn(self, work: Callable[[], Awaitable[Assembly]]) -> Assembly:
        """Run ``work`` until it is done, or somebody closes."""
        self._loop = EngineLoop()
        async with self._turn:
            try:
                # A deadline that only `close` sets.
                async with asyncio.timeout(None) as self._opening:
                    return await work()
            except TimeoutError:
                self._require_open()
                raise
            finally:
                self._opening = None

    async def _change_token(self, token: str) -> Assembly:
        await self.parts.change_token(token)
        return self.parts

    @property
    def _is_over(self) -> bool:
        """There was no session yet, or it ended for good."""
        ends = {State.KICKED, State.CLOSED}
        return self._parts is None or self.engine.state in ends

    async def _open(self) -> Assembly:
        if self._parts is not None:
            await self._parts.resume()
            return self._parts
        engine, where = self.engine, self.environment
        parts = Assembly(engine, where, self._credentials, self.hooks, self.plugins)
        try:
            await parts.open(self._open_store)
        except BaseException:
            LIVE.leave(self._owner)
            await self._renew()
            raise
        self._parts = parts
        return parts

    async def _renew(self) -> None:
        """An engine that was closed is over; the next log-in needs another."""
        await self.engine.close()
        if not self._is_closed:
            self.engine = self._new_engine()

    async def _open_store(self) -> Database:
        # Not before the server has accepted us: an earlier client stays if not.
        await LIVE.enter(self.keys, self._owner)
        return await Database.open(
            self._path,
            me=UserId(self._credentials.user),
            limits=self.environment.limits,
            key=functools.partial(
                find_key, self._store_key, self._path, self.environment.encrypt_store
            ),
        )

    def _new_engine(self) -> Engine:
        engine = make_engine(self.environment, network=self._network, tap=self._tap)
        engine.on_state(self._tell)
        self.handlers.attach(engine)
        return engine

    def _tell(self, change: StateChange) -> None:
        for watcher in list(self._watchers.values()):
            try:
                watcher(change)
            except Exception as error:
                self.engine.scope.report("state watcher", error)

    def _require_open(self) -> None:
        if self._is_closed:
            user = self._credentials.user
            why = "" if self._why_closed == CLOSED else f" ({self._why_closed})"
            raise ClosedError(f"this client of {user} is closed{why}: make a new one")

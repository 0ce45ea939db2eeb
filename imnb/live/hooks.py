"""Functions that are told of each new message, also after a crash.

Where each stands is in the store, and moves when it has been told: so after a
crash it is told again what it was being told, and nothing is left out (at least
once). Everything else that follows from new messages needs no preset: last
message, unread and mentions are written by `imnb.store.heads` in the very
transaction of the messages, and titles are joined by `imnb.live.rules`.
"""

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable, Collection

from imnb.models.message import Message
from imnb.store.database import Database
from imnb.store.tables import preset
from imnb.store.tables.message import HIDDEN
from imnb.tasks import TaskScope

Callback = Callable[[Message], Awaitable[object] | object]
Hidden = Callable[[], Collection[str]]


class MessageHooks:
    """The functions of one client; they follow it from one store to the next."""

    def __init__(self) -> None:
        self._callbacks: dict[str, Callback] = {}
        self._followers: dict[str, _Follower] = {}
        self._start: Callable[[str, Callback], _Follower] | None = None

    def __repr__(self) -> str:
        return f"<MessageHooks: {', '.join(self._callbacks) or 'none'}>"

    def on(self, name: str, callback: Callback) -> None:
        """Call or await a function for each new message; one a name."""
        self.off(name)
        self._callbacks[name] = callback
        if self._start is not None:
            self._followers[name] = self._start(name, callback)

    def off(self, name: str) -> None:
        """Tell it no more; registered again, it goes on where it was."""
        self._callbacks.pop(name, None)
        follower = self._followers.pop(name, None)
        if follower is not None:
            follower.end()

    def attach(
        self, database: Database, scope: TaskScope, hidden: Hidden = lambda: HIDDEN
    ) -> None:
        """Tell of what arrives in this store."""

        def start(name: str, callback: Callback) -> _Follower:
            return _Follower(name, callback, database, scope, hidden)

        self._start = start
        for name, callback in self._callbacks.items():
            self._followers[name] = start(name, callback)

    async def detach(self) -> None:
        """The store is about to be closed."""
        self._start = None
        ending = [one.end() for one in self._followers.values()]
        self._followers.clear()
        await asyncio.gather(*ending, return_exceptions=True)


class _Follower:
    """One function, and the task that tells it; a slow one delays no other."""

    def __init__(
        self,
        name: str,
        callback: Callback,
        database: Database,
        scope: TaskScope,
        hidden: Hidden,
    ) -> None:
        self._name = name
        self._callback = callback
        self._database = database
        self._scope = scope
        self._hidden = hidden
        self._wake = asyncio.Event()
        self._unsubscribe = database.feed.subscribe(self._wake.set)
        self._mark: int | None = None
        self._task = scope.spawn(self._run(), f"message hook {name}")

    def end(self) -> asyncio.Task[None]:
        """Stop; the task is over soon."""
        self._unsubscribe()
        self._task.cancel()
        return self._task

    async def _run(self) -> None:
        await self._database.write(lambda tx: preset.begin(tx, self._name))
        while True:
            if self._is_due():
                try:
                    await self._tell_all()
                except Exception as error:
                    self._scope.report(f"message hook {self._name}", error)
            await self._wake.wait()
            self._wake.clear()

    def _is_due(self) -> bool:
        """A message changed since the last time, or nobody can say."""
        feed = self._database.feed
        if self._mark is None:
            self._mark = feed.mark
            return True
        batches, self._mark = feed.take(self._mark)
        return batches is None or any(one.table == "message" for one in batches)

    async def _tell_all(self) -> None:
        while page := await self._database.read(
            lambda cursor: preset.arrived(cursor, self._name, self._hidden())
        ):
            for _, message in page:
                await self._tell(message)
            told = functools.partial(preset.told, name=self._name, place=page[-1][0])
            await self._database.write(told)

    async def _tell(self, message: Message) -> None:
        try:
            answer = self._callback(message)
            if inspect.isawaitable(answer):
                await answer
        except Exception as error:  # the others are not to blame
            self._scope.report(f"message hook {self._name}", error)

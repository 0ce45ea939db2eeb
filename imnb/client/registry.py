"""Which clients live in this process.

Running a cell again makes a client again: it closes the earlier one, so that a
device has one session on a server, and a store has one owner.
"""

import asyncio
import weakref
from collections.abc import Hashable, Iterable
from typing import Protocol

REPLACED = "another client of the same user and device, or store, took its place"


class Closable(Protocol):
    """A live client."""

    async def close(self, reason: str) -> None:
        """End it; its user may want to know why."""


class Registry:
    """Live clients, by what only one may have; none is kept alive by it."""

    def __init__(self) -> None:
        self._clients: weakref.WeakValueDictionary[Hashable, Closable]
        self._clients = weakref.WeakValueDictionary()
        self._loops: weakref.WeakKeyDictionary[
            Closable, weakref.ref[asyncio.AbstractEventLoop]
        ] = weakref.WeakKeyDictionary()

    def __repr__(self) -> str:
        return f"<Registry of {len(self)} clients>"

    def __len__(self) -> int:
        return len({id(client) for client in self._clients.values()})

    async def enter(self, keys: Iterable[Hashable], client: Closable) -> None:
        """Make ``client`` the owner of ``keys``; earlier owners are closed first."""
        keys = tuple(keys)
        while (earlier := self._other(keys, client)) is not None:
            try:
                await earlier.close(REPLACED)
            finally:
                self.leave(earlier)
        self._loops[client] = weakref.ref(asyncio.get_running_loop())
        for key in keys:
            self._clients[key] = client

    def leave(self, client: Closable) -> None:
        """``client`` is closed."""
        for key in [key for key, one in self._clients.items() if one is client]:
            del self._clients[key]

    def _other(self, keys: Iterable[Hashable], client: Closable) -> Closable | None:
        for key in keys:
            earlier = self._clients.get(key)
            if earlier is None or earlier is client:
                continue
            # On another loop nothing of it can be awaited; it ended with its loop.
            if self._loops[earlier]() is asyncio.get_running_loop():
                return earlier
        return None


LIVE = Registry()

"""Which clients live in this process, by environment, user and device.

Running a cell again makes a client again: it closes the earlier one of the same
three, so that there is one session and one owner of the store.
"""

import asyncio
import weakref
from typing import Protocol

Key = tuple[str, str, str]
"""Environment, user, device."""


class Closable(Protocol):
    """A live client."""

    async def close(self) -> None:
        """End it."""


class Registry:
    """Live clients; a client that was forgotten is not kept alive."""

    def __init__(self) -> None:
        self._clients: weakref.WeakValueDictionary[Key, Closable]
        self._clients = weakref.WeakValueDictionary()
        self._loops: dict[Key, weakref.ref[asyncio.AbstractEventLoop]] = {}

    def __repr__(self) -> str:
        return f"<Registry of {len(self._clients)} clients>"

    def __len__(self) -> int:
        return len(self._clients)

    async def enter(self, key: Key, client: Closable) -> None:
        """Make ``client`` the one of its kind; an earlier one is closed first."""
        earlier = self._clients.get(key)
        if earlier is not None and earlier is not client and self._is_alive(key):
            await earlier.close()
        self._clients[key] = client
        self._loops[key] = weakref.ref(asyncio.get_running_loop())

    def leave(self, key: Key, client: Closable) -> None:
        """``client`` is closed."""
        if self._clients.get(key) is client:
            del self._clients[key]
            self._loops.pop(key, None)

    def _is_alive(self, key: Key) -> bool:
        """On another loop nothing of it can be awaited; it ended with its loop."""
        loop = self._loops[key]()
        return loop is asyncio.get_running_loop()


LIVE = Registry()

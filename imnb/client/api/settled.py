"""What the server has accepted, seen in the store.

The event about a change comes a moment after the answer. Who reads the store next
expects to find it there; what is late comes all the same.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from imnb.store.connection import Cursor

if TYPE_CHECKING:
    from imnb.client.account import Account

PATIENCE = 2.0
"""Seconds."""


async def settled(client: "Account", is_there: Callable[[Cursor], bool]) -> None:
    """Wait until a look at the store says so, for a while."""
    news = asyncio.Event()
    unsubscribe = client.db.feed.subscribe(news.set)
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not await client.db.read(is_there):
                    await news.wait()
                    news.clear()
    finally:
        unsubscribe()

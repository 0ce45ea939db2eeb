"""What the server has accepted, seen in the store.

The event about a change comes a moment after the answer. Who reads the store next
expects to find it there; what is late comes all the same.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from imnb.errors import ExpectationFailed
from imnb.store.connection import Cursor, Parameters

if TYPE_CHECKING:
    from imnb.client.account import Account

PATIENCE = 2.0
"""Seconds."""


async def settled(client: "Account", is_there: Callable[[Cursor], bool]) -> None:
    """Wait until a look at the store says so, for a while."""
    with contextlib.suppress(TimeoutError):
        await _wait(client, lambda: client.db.read(is_there), PATIENCE)


async def until(
    client: "Account", query: str, params: Parameters | None, timeout: float
) -> None:
    """See `Messenger.until`."""

    async def is_so() -> bool:
        first = (await client.db.sql(query, params)).iloc[:1, 0].dropna()
        return bool(len(first) and first.iloc[0])

    try:
        await _wait(client, is_so, timeout)
    except TimeoutError:
        raise ExpectationFailed(f"not so within {timeout:g} s: {query}") from None


async def _wait(
    client: "Account", look: Callable[[], Awaitable[bool]], seconds: float
) -> None:
    """Look again after each commit.

    Raises:
        TimeoutError: it was never so.
    """
    news = asyncio.Event()
    unsubscribe = client.db.feed.subscribe(news.set)
    try:
        async with asyncio.timeout(seconds):
            while not await look():
                await news.wait()
                news.clear()
    finally:
        unsubscribe()

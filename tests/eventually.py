"""Waiting for what another thread or the other end of a socket does."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any


async def eventually(condition: Callable[[], Any], seconds: float = 5.0) -> Any:
    """Return the first true result of ``condition``, awaited if need be."""
    async with asyncio.timeout(seconds):
        while True:
            result = condition()
            if inspect.isawaitable(result):
                result = await result
            if result:
                return result
            await asyncio.sleep(0.005)

"""The one event loop that an engine lives on, reachable from any thread.

Widget callbacks may run on another thread with another loop (ipykernel 7.1 to
7.3 under JupyterLab's subshells), so whatever is not already a coroutine of
this loop enters through `post` or `call`.
"""

import asyncio
import concurrent.futures
import contextvars
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class EngineLoop:
    """A captured loop; make it inside a coroutine or a notebook cell."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()

    def __repr__(self) -> str:
        state = "closed" if self.loop.is_closed() else "open"
        return f"<EngineLoop {state}>"

    @property
    def is_here(self) -> bool:
        """The caller runs on this loop's thread."""
        return threading.get_ident() == self._thread

    def time(self) -> float:
        """The loop's monotonic clock, in seconds."""
        return self.loop.time()

    def post(self, function: Callable[..., object], *args: object) -> None:
        """Run ``function(*args)`` on the loop soon, from any thread.

        An empty context is used: a kernel's cells share one that may be
        entered already, and prints must not land in an old cell's output.
        """
        if self.loop.is_closed():
            return
        context = contextvars.Context()
        self.loop.call_soon_threadsafe(function, *args, context=context)

    def call(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine on the loop from another thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

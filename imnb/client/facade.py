"""The same client for code that cannot await."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from imnb.tasks import EngineLoop

TIMEOUT = 60.0
"""Seconds that a synchronous call waits by default."""


class SyncFacade:
    """Each coroutine method of the client as a function that waits.

    ``client.sync.send_text("bob", "hi")``; a keyword ``sync_timeout`` gives the
    seconds to wait.
    """

    def __init__(self, client: object, loop: Callable[[], EngineLoop]) -> None:
        self._client = client
        self._loop = loop

    def __repr__(self) -> str:
        return f"<sync {self._client!r}>"

    def __dir__(self) -> list[str]:
        return [
            name
            for name in dir(type(self._client))
            if not name.startswith("_")
            and inspect.iscoroutinefunction(getattr(type(self._client), name))
        ]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        # Of the class: properties of the client may raise before log-in.
        if not inspect.iscoroutinefunction(getattr(type(self._client), name, None)):
            names = ", ".join(self.__dir__())
            raise AttributeError(f"there is no call {name!r}; there are: {names}")
        method = getattr(self._client, name)

        @functools.wraps(method)
        def wait(*args: Any, sync_timeout: float = TIMEOUT, **kwargs: Any) -> Any:
            # Here, because nest-asyncio is for those who need it.
            from imnb.tasks.sync import run_sync

            return run_sync(self._loop(), method(*args, **kwargs), sync_timeout)

        return wait

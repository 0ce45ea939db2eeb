"""The same client for code that cannot await."""

import functools
import inspect
from collections.abc import Callable
from functools import cached_property
from typing import Any

from imnb.client.api.topic import Topic
from imnb.tasks import EngineLoop

TIMEOUT = 60.0
"""Seconds that a synchronous call waits by default."""


class SyncFacade:
    """Each coroutine method of the client as a function that waits.

    ``client.sync.send_text("bob", "hi")``, ``client.sync.contacts.add("bob")``; a
    keyword ``sync_timeout`` gives the seconds to wait.
    """

    def __init__(
        self,
        client: object,
        loop: Callable[[], EngineLoop],
        timeout: float = TIMEOUT,
    ) -> None:
        self._client = client
        self._loop = loop
        self._timeout = timeout

    def __repr__(self) -> str:
        return f"<sync {self._client!r}>"

    def __dir__(self) -> list[str]:
        return [
            name
            for name in dir(type(self._client))
            if not name.startswith("_") and (self._is_call(name) or self._topic(name))
        ]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        topic = self._topic(name)
        if topic is not None:
            return SyncFacade(topic, self._loop, self._timeout)
        if not self._is_call(name):
            names = ", ".join(self.__dir__())
            raise AttributeError(f"there is no call {name!r}; there are: {names}")
        return self._waiting(getattr(self._client, name))

    def _is_call(self, name: str) -> bool:
        # Of the class: properties of the client may raise before log-in.
        found = getattr(type(self._client), name, None)
        return inspect.iscoroutinefunction(found)

    def _topic(self, name: str) -> Topic | None:
        if isinstance(getattr(type(self._client), name, None), cached_property):
            found = getattr(self._client, name)
            return found if isinstance(found, Topic) else None
        return None

    def _waiting(self, method: Callable[..., Any]) -> Callable[..., Any]:

        @functools.wraps(method)
        def wait(*args: Any, sync_timeout: float = self._timeout, **kwargs: Any) -> Any:
            # Here, because nest-asyncio is for those who need it.
            from imnb.tasks.sync import run_sync

            return run_sync(self._loop(), method(*args, **kwargs), sync_timeout)

        return wait

"""Background tasks with an owner, a name and an end.

This package is the only place that creates tasks. A task that fails is
reported at once, not when the garbage collector finds it.
"""

import asyncio
import collections
import logging
import traceback
import weakref
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from imnb.errors import BackgroundError, ClosedError, ImnbError

T = TypeVar("T")
log = logging.getLogger(__name__)

MAX_KEPT_ERRORS = 100
"""Failures kept for `raise_errors`; older ones are in the log only."""

ErrorHandler = Callable[[str, BaseException], None]
"""Called with the task's name and what it raised."""


_owned: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()


def in_owned_task() -> bool:
    """The caller runs inside a task that some scope owns."""
    return asyncio.current_task() in _owned


class TaskScope:
    """Owns tasks; closing it cancels and joins them all."""

    def __init__(self, name: str, on_error: ErrorHandler | None = None) -> None:
        self.name = name
        self._on_error = on_error
        self._tasks: set[asyncio.Task[Any]] = set()
        self._errors: collections.deque[tuple[str, BaseException]]
        self._errors = collections.deque(maxlen=MAX_KEPT_ERRORS)
        self._closed = False

    def __repr__(self) -> str:
        return f"<TaskScope {self.name!r}: {len(self._tasks)} tasks>"

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def is_closed(self) -> bool:
        """Nothing can be started any more."""
        return self._closed

    def spawn(self, work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
        """Start a task on the running loop.

        Raises:
            ClosedError: the scope was closed; ``work`` is closed unstarted.
        """
        if self._closed:
            work.close()
            raise ClosedError(f"{self.name} is closed, {name!r} was not started")
        task = asyncio.create_task(work, name=f"{self.name}:{name}")
        self._tasks.add(task)
        _owned.add(task)
        task.add_done_callback(self._done)
        return task

    def report(self, name: str, error: BaseException) -> None:
        """Record a failure that happened outside a task of this scope."""
        self._errors.append((name, error))
        log.error("%s failed: %s", name, _described(error))
        if self._on_error is not None:
            self._on_error(name, error)

    def raise_errors(self) -> None:
        """Raise what background tasks raised since the last call, if anything.

        Raises:
            BackgroundError: with the first failure as its cause.
        """
        if not self._errors:
            return
        failures = list(self._errors)
        self._errors.clear()
        names = ", ".join(f"{name} ({type(e).__name__})" for name, e in failures)
        raise BackgroundError(f"failed in the background: {names}") from failures[0][1]

    async def close(self) -> None:
        """Cancel every task and wait for its end; safe to call twice."""
        self._closed = True
        current = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not current]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            error = task.exception()
        elif task.cancelling():
            return
        else:  # nobody asked for it: what it waited for was cancelled
            error = asyncio.CancelledError("what it waited for was cancelled")
        if error is not None:
            self.report(task.get_name(), error)


def _described(error: BaseException) -> str:
    """Where it happened; what it says only if it is ours.

    Somebody else's error, of a plugin for instance, may quote a message.
    `TaskScope.raise_errors` gives it as it is.
    """
    says = f": {error}" if isinstance(error, ImnbError) else ""
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__name__}{says}\n{frames}".rstrip()

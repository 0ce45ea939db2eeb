"""Running the loop from inside itself, for as long as somebody waits.

nest-asyncio makes a loop re-entrant, and with ipykernel 7 loses what it runs
meanwhile: all messages of a kernel share one contextvars.Context, the waiting
cell has entered it, and a handle with an entered context cannot run. While a
wait lasts, such handles run in a copy of their context (changes of context
variables made in there are lost). nest-asyncio2 would put them off until the
wait ends, so a wait for a click would never end; it is told otherwise.
"""

import asyncio
import contextlib
import importlib
import sys
from asyncio import events
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from imnb.errors import SyncWaitError

NEST_ASYNCIO_ENDS = (3, 14)
"""Python from which nest-asyncio 1.6 breaks ``asyncio.current_task``."""


def make_reentrant(loop: asyncio.AbstractEventLoop) -> ModuleType:
    """Patch asyncio, once, for good: tasks get some 1.3 to 2 times slower.

    Raises:
        SyncWaitError: no library that can do it, or a loop that is not asyncio's.
    """
    module = _library()
    try:
        module.apply(loop)
    except ValueError as error:
        raise SyncWaitError(
            f"{type(loop).__name__} cannot be re-entered ({error}): use await"
        ) from error
    return module


def _library() -> ModuleType:
    # Who patched first wins: two patches of the same loop would fight.
    if "nest_asyncio2" in sys.modules and hasattr(asyncio, "_nest_patched"):
        return sys.modules["nest_asyncio2"]
    name = "nest_asyncio" if sys.version_info < NEST_ASYNCIO_ENDS else "nest_asyncio2"
    try:
        return importlib.import_module(name)
    except ImportError:
        raise SyncWaitError(
            f"a synchronous wait needs {name.replace('_', '-')}: install it, "
            "or use await"
        ) from None


@contextlib.contextmanager
def copied_contexts(module: ModuleType) -> Iterator[None]:
    """Let handles whose context is entered run in a copy of it."""
    handle_type: Any = events.Handle
    original = handle_type._run
    judge = getattr(module, "_context_entered", None)

    def run(handle: Any) -> object:
        context = handle._context
        try:
            context.run(int)
        except RuntimeError:
            handle._context = context.copy()
            try:
                return original(handle)
            finally:
                handle._context = context
        return original(handle)

    handle_type._run = run
    if judge is not None:
        vars(module)["_context_entered"] = lambda context: False
    try:
        yield
    finally:
        handle_type._run = original
        if judge is not None:
            vars(module)["_context_entered"] = judge

"""Commands of view models: plain calls that do their work on the engine's loop.

A widget's callback may run on any thread; a command posts itself to the loop
and shows, by traits, that it is busy and what went wrong.
"""

import asyncio
from collections.abc import Awaitable, Callable

import traitlets

from imnb.errors import ClosedError, ImnbError
from imnb.tasks import EngineLoop, TaskScope

CLOSED = "the client is closed"
Work = Callable[[], Awaitable[object]]
Failed = Callable[[str], None]
"""Told what went wrong, in words for people."""


class ViewModel(traitlets.HasTraits):
    """State of a part of the screen; all traits change on the engine's loop.

    Attributes:
        busy: how many commands are under way.
        error: what went wrong last, for people; empty when all is well.
    """

    busy = traitlets.Int(0)
    error = traitlets.Unicode("")

    def fail(self, why: str) -> None:
        """Show what went wrong."""
        self.error = why

    def close(self) -> None:
        """Let go of everything that was subscribed to."""
        self.unobserve_all()


class CommandRunner:
    """Runs the commands of all view models of one client."""

    def __init__(self, loop: EngineLoop, scope: TaskScope) -> None:
        self._loop = loop
        self._scope = scope

    def post(self, function: Callable[..., object], *args: object) -> None:
        """Call a function on the engine's loop soon."""
        self._loop.post(self._guarded, function, args)

    def run(
        self, owner: ViewModel, name: str, work: Work, failed: Failed | None = None
    ) -> None:
        """Start ``work`` on the engine's loop.

        Args:
            owner: is busy with it, and shows in `ViewModel.error` how it failed.
            name: of the command, for people.
            work: awaited once.
            failed: told of a failure in place of ``owner``, also of work that
                was cancelled or could not be started.
        """
        self._loop.post(self._start, owner, name, work, failed)

    def _guarded(
        self, function: Callable[..., object], args: tuple[object, ...]
    ) -> None:
        try:
            function(*args)
        except Exception as error:
            self._scope.report(getattr(function, "__name__", "command"), error)

    def _start(
        self, owner: ViewModel, name: str, work: Work, failed: Failed | None
    ) -> None:
        if failed is None:
            failed = owner.fail
            owner.error = ""
        try:
            self._scope.spawn(self._run(owner, name, work, failed), name)
        except ClosedError:
            failed(CLOSED)

    async def _run(
        self, owner: ViewModel, name: str, work: Work, failed: Failed
    ) -> None:
        owner.busy += 1
        try:
            await work()
        except ImnbError as error:  # foreseen: told where the command was given
            failed(str(error))
        except asyncio.CancelledError:
            failed(f"{name} was cut off")
            raise
        except Exception:
            failed(f"{name} failed; see the log")
            raise
        finally:
            owner.busy -= 1

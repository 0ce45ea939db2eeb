"""Several ways to the same thing: the first that works wins, the others end.

A later one starts when an earlier one failed, or has not succeeded for a while
(RFC 8305 calls that happy eyeballs).
"""

import asyncio
import collections
import dataclasses
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from imnb.tasks.scope import TaskScope

T = TypeVar("T")

STAGGER = 0.25
"""Seconds that one has before the next starts beside it."""
AT_MOST = 3
"""In flight at once."""

Attempt = Callable[[], Awaitable[T]]


@dataclasses.dataclass(frozen=True, slots=True)
class _Won(Generic[T]):
    prize: T


_Outcome = _Won[T] | Exception


async def race(
    attempts: Iterable[Attempt[T]],
    *,
    failures: tuple[type[Exception], ...],
    discard: Callable[[T], None],
) -> T:
    """What the first successful attempt gives; all others are over then.

    Args:
        attempts: in order of preference; one that is not needed is never begun.
        failures: after these the next one is tried; others end the race.
        discard: ends what an attempt gave that won too late.

    Raises:
        ExceptionGroup: all failed; in order of failing.
    """
    waiting = collections.deque(attempts)
    running: list[asyncio.Task[_Outcome[T]]] = []
    failed: list[Exception] = []
    winner: asyncio.Task[_Outcome[T]] | None = None
    scope = TaskScope("race")
    try:
        while waiting or running:
            if waiting and len(running) < AT_MOST:
                running.append(scope.spawn(_outcome(waiting.popleft()), "attempt"))
            may_start = waiting and len(running) < AT_MOST
            await asyncio.wait(
                running,
                timeout=STAGGER if may_start else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in [one for one in running if one.done()]:
                outcome = task.result()
                if isinstance(outcome, _Won):
                    winner = task
                    return outcome.prize
                running.remove(task)
                if not isinstance(outcome, failures):
                    raise outcome
                failed.append(outcome)
        raise ExceptionGroup("every attempt failed", failed)
    finally:
        try:
            await scope.close()
        except BaseException:  # cancelled meanwhile: nobody gets the prize
            winner = None
            raise
        finally:
            _discard([task for task in running if task is not winner], discard)


async def _outcome(attempt: Attempt[T]) -> _Outcome[T]:
    """As a value: to fail in a race is no failure of a background task."""
    try:
        return _Won(await attempt())
    except Exception as error:
        return error


def _discard(
    tasks: list[asyncio.Task[_Outcome[T]]], discard: Callable[[T], None]
) -> None:
    for task in tasks:
        if task.done() and not task.cancelled():
            outcome = task.result()
            if isinstance(outcome, _Won):
                discard(outcome.prize)

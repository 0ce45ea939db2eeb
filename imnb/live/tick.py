"""One reading of the store for several observers.

A task is made on the loop, carried out in a reader's thread, and taken over on
the loop: windows are immutable, so nothing is shared between the two, and a task
that failed or was cancelled has changed nothing.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from imnb.live.count import Count
from imnb.live.fresh import Fresh
from imnb.live.observer import Observer, Published
from imnb.live.rule import Rule
from imnb.live.shelf import Shelf, Wanted, find
from imnb.live.window import Id, Window
from imnb.store.connection import Reader

if TYPE_CHECKING:
    from imnb.live.snapshot import Row

MAX_CANDIDATES = 2_000
"""Above so many rows that changed, reading a window anew costs less."""

Step = Callable[[Window, Shelf], Window]
"""Moves a window by reading; runs in a reader's thread."""


class Move(NamedTuple):
    """A step, and the rule that is shown from then on, if it is another one.

    With a rule the step begins with a blank window of its own.
    """

    step: Step
    rule: Rule | None = None


class Task:
    """What one observer needs.

    Attributes:
        rows: the answer, when it was carried out.
    """

    def __init__(self, observer: Published) -> None:
        self.observer = observer
        self.rows: list[Row] = []


class CountTask(Task):
    """Count again."""

    def __init__(self, observer: Count) -> None:
        super().__init__(observer)
        self.figure = observer.figure


class RowsTask(Task):
    """Bring a window up to date, and move it.

    Attributes:
        candidates: rows that changed; None for reading the window anew.
        move: is done after that.
        window: as it was, and as it is when the task was carried out.
    """

    observer: Observer

    def __init__(
        self,
        observer: Observer,
        candidates: dict[Id, None] | None,
        move: Move | None = None,
    ) -> None:
        super().__init__(observer)
        self.rule = (move and move.rule) or observer.rule
        self.window = observer.window
        self.candidates = candidates
        self.move = move


def task_for(
    observer: Published, fresh: Fresh | None, move: Move | None = None
) -> Task | None:
    """What there is to do for an observer, if anything.

    Args:
        observer: an `Observer` or a `Count`.
        fresh: what changed; None for anything.
        move: of an observer's window.
    """
    if isinstance(observer, Count):
        is_touched = fresh is None or observer.is_touched_by(fresh)
        return CountTask(observer) if is_touched else None
    assert isinstance(observer, Observer)
    if move is not None and move.rule is not None:
        return RowsTask(observer, {}, move)
    candidates = None
    if fresh is not None:
        candidates = observer.rule.candidates(fresh, observer.window)
        if candidates is not None and len(candidates) > MAX_CANDIDATES:
            candidates = None
    return RowsTask(observer, candidates, move) if candidates != {} or move else None


def carry_out(reader: Reader, tasks: Sequence[Task]) -> None:
    """Read for all of them, from one state of the store."""
    windows = [task for task in tasks if isinstance(task, RowsTask)]
    _look_up(reader, [task for task in windows if task.candidates])
    for task in tasks:
        if isinstance(task, CountTask):
            task.rows = task.figure.read(reader)
    for task in windows:
        shelf = Shelf(reader, task.rule)
        if task.candidates is None:
            task.window = shelf.anew(task.window)
        elif task.candidates:
            task.window = shelf.refilled(task.window)
        if task.move is not None:
            task.window = task.move.step(task.window, shelf)
        task.rows = task.rule.shown(task.window)


def _look_up(reader: Reader, tasks: list[RowsTask]) -> None:
    wanted = [Wanted(task.rule, task.window, task.candidates or ()) for task in tasks]
    for task, found in zip(tasks, find(reader, wanted), strict=True):
        task.window = task.window.applied(task.candidates or (), found)

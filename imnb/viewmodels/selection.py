"""Choosing from what a source holds: one picker, whatever is chosen."""

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator, Hashable, Iterator
from typing import Any

import traitlets

from imnb.errors import ClosedError, ImnbError
from imnb.live.snapshot import Snapshot
from imnb.viewmodels.catalogue import Catalogue, Entry, shown_key
from imnb.viewmodels.choices import choices_of
from imnb.viewmodels.commands import CommandRunner, ViewModel
from imnb.viewmodels.letters import folded
from imnb.viewmodels.picker_setup import Keys, PickerSetup
from imnb.viewmodels.rows import ShownRow


class SelectionViewModel(ViewModel):
    """Rows: key, rev, name, about, initials, hue, letter, chosen, fixed.

    Everything that it waits for, it waits for inside `choose`.

    Attributes:
        rows: all, by name.
        found: indexes of those that the search finds; None without a search.
        search: the text.
        chosen: rows, in the order in which they were chosen.
        focus: key of the row that the keyboard is at; empty for none.
        asked: `choose` was called.
    """

    rows = traitlets.Tuple()
    found = traitlets.Instance(tuple, allow_none=True)
    search = traitlets.Unicode("")
    chosen = traitlets.Tuple()
    focus = traitlets.Unicode("")
    asked = traitlets.Bool(False)

    def __init__(self, setup: PickerSetup, runner: CommandRunner) -> None:
        super().__init__()
        self.setup = setup
        self._choices = choices_of(setup.choices)
        self._runner = runner
        self._catalogue = Catalogue(setup.row, setup.list)
        self._visible: list[Entry] = []
        self._picked: dict[Hashable, None] = {}
        self._made: dict[Hashable, tuple[Entry, bool, ShownRow]] = {}
        self._confirmed = asyncio.Event()
        self._asking: asyncio.Timeout | None = None
        self._is_cancelled = False

    def __repr__(self) -> str:
        return f"<SelectionViewModel {len(self._picked)} of {len(self.rows)}>"

    @property
    def summary(self) -> str:
        """What was chosen so far, in words."""
        return self.setup.selection.summary(len(self._picked), self.setup.rule)

    @property
    def button(self) -> str:
        """What ends it, in a word."""
        return self.setup.selection.button(len(self._picked))

    @property
    def can_confirm(self) -> bool:
        """As many are chosen as should be, and nothing else is going on."""
        is_free = self.asked and not self.busy
        return is_free and not self.setup.rule.problem(len(self._picked))

    @property
    def detail(self) -> list[tuple[str, str]]:
        """More about the row that the keyboard is at."""
        entry = self._catalogue.named(self.focus)
        return [] if entry is None else list(self.setup.detail.lines(entry.row))

    async def choose(self) -> Any:
        """Wait for the choice; once, and all is let go of at the end.

        Returns:
            Of a rule of one, its key; else a tuple of keys in the order in which they
            were chosen. None when it was cancelled, or this was closed.

        Raises:
            ClosedError: it was asked before, or closed.
        """
        if self.asked or self._is_cancelled:
            raise ClosedError("a picker is asked once: make another")
        self.asked = True
        self._asking = asyncio.timeout(None)  # a deadline that only cancel sets
        try:
            async with self._asking, self._open():
                return await self._decided()
        except TimeoutError:
            if not self._asking.expired():
                raise
            return None
        finally:
            self._asking = None
            self.close()

    def find(self, text: str) -> None:
        """Show what has all words of a text."""
        self._runner.post(self._find, text)

    def focus_on(self, key: str) -> None:
        """Put the keyboard at a row."""
        self._runner.post(self._focus_on, key)

    def move(self, steps: int) -> None:
        """Put the keyboard so many rows on; beyond the ends, at the end."""
        self._runner.post(self._move, steps)

    def toggle(self, key: str) -> None:
        """Choose a row, or no longer."""
        self._runner.post(self._toggle, key)

    def enter(self, key: str = "") -> None:
        """The same for the row that the keyboard is at; then the search is over.

        Where one is chosen and it is that row, this ends the choice.
        """
        self._runner.post(self._enter, key)

    def remove_last(self) -> None:
        """Take back what was chosen last."""
        self._runner.post(self._remove_last)

    def confirm(self) -> None:
        """End with what is chosen, if that is as it should be."""
        self._runner.post(self._confirm)

    def cancel(self) -> None:
        """End with nothing."""
        self._runner.post(self._cancel)

    def close(self) -> None:
        """See `ViewModel.close`; who waits for a choice gets none."""
        self._cancel()
        super().close()

    @contextlib.asynccontextmanager
    async def _open(self) -> AsyncIterator[None]:
        """The rows are here, and stay up to date."""
        async with contextlib.AsyncExitStack() as ends:
            ends.push_async_callback(self._choices.close)
            with self._working():
                await self._choices.open()
            ends.callback(self._choices.subscribe(lambda now, _: self._show(now)))
            self._show(self._choices.snapshot)
            if self._choices.is_cut:
                self.error = f"There are more than these {len(self.rows):,}"
            yield

    async def _decided(self) -> Any:
        while True:
            await self._confirmed.wait()
            self._confirmed.clear()
            keys = tuple(self._picked)
            problem = await self._problem(keys)
            if keys != tuple(self._picked):
                continue  # one of them went meanwhile; that was said
            if not problem:
                return keys[0] if self.setup.rule.is_single else keys
            self.error = problem

    async def _problem(self, keys: Keys) -> str:
        if self.setup.validate is None:
            return ""
        with self._working():
            try:
                answer = self.setup.validate(keys)
                if inspect.isawaitable(answer):
                    answer = await answer
            except ImnbError as error:
                return str(error)
        return answer or ""

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1

    def _show(self, snapshot: Snapshot) -> None:
        before = [self._catalogue[key] for key in self._picked]
        self._catalogue.take(snapshot)
        gone = [entry for entry in before if entry.key not in self._catalogue]
        for entry in gone:
            del self._picked[entry.key]
            self.error = f"{entry.shown['name']} is not there any more"
        with self.hold_trait_notifications():
            self._draw()
            self._find(self.search, self.focus)

    def _find(self, text: str, focus: str = "") -> None:
        """Search, and put the keyboard at a row that is found."""
        every = list(self._catalogue)
        found = self._catalogue.found(text)
        self._visible = every if found is None else [every[n] for n in found]
        with self.hold_trait_notifications():
            self.search, self.found = text, found
            self.focus = self._focus(focus)

    def _focus(self, wanted: str) -> str:
        """That row, if it is seen; else, in a search, one that begins like it."""
        if any(entry.shown["key"] == wanted for entry in self._visible):
            return wanted
        if self.found is None or not self._visible:
            return ""
        text = folded(self.search)
        alike = (one for one in self._visible if one.words.startswith(text))
        return str(next(alike, self._visible[0]).shown["key"])

    def _draw(self) -> None:
        """Make the rows that are other ones now."""
        before, self._made = self._made, {}
        for entry in self._catalogue:
            is_chosen = entry.key in self._picked
            known = before.get(entry.key)
            if known is None or known[:2] != (entry, is_chosen):
                known = (entry, is_chosen, self._row(entry, is_chosen))
            self._made[entry.key] = known
        self.rows = tuple(made[2] for made in self._made.values())
        self.chosen = tuple(self._made[key][2] for key in self._picked)

    def _row(self, entry: Entry, is_chosen: bool) -> ShownRow:
        is_fixed = entry.key in self.setup.rule.fixed
        rev = f"{entry.rev} {is_chosen}"
        return {**entry.shown, "rev": rev, "chosen": is_chosen, "fixed": is_fixed}

    def _focus_on(self, key: str) -> None:
        self.focus = self._focus(key)

    def _move(self, steps: int) -> None:
        keys = [entry.shown["key"] for entry in self._visible]
        if keys:
            at = keys.index(self.focus) if self.focus in keys else -1
            self.focus = keys[max(0, min(len(keys) - 1, at + steps))]

    def _toggle(self, key: str) -> None:
        entry = self._catalogue.named(key)
        rule = self.setup.rule
        if entry is None or entry.key in rule.fixed or self.busy:
            return
        self.error = ""
        if entry.key in self._picked:
            del self._picked[entry.key]
        elif rule.is_single:
            self._picked = {entry.key: None}
        elif len(self._picked) == rule.maximum:
            self.error = rule.problem(len(self._picked) + 1)
        else:
            self._picked[entry.key] = None
        with self.hold_trait_notifications():
            self.focus = self._focus(key)
            self._draw()

    def _enter(self, key: str) -> None:
        key = key or self.focus
        entry = self._catalogue.named(key)
        if entry is None:
            return
        if self.setup.rule.is_single and entry.key in self._picked:
            self._confirm()
            return
        self._toggle(key)
        self._find("", key)

    def _remove_last(self) -> None:
        if self._picked:
            self._toggle(shown_key(next(reversed(self._picked))))

    def _confirm(self) -> None:
        if self.can_confirm:
            self._confirmed.set()
        elif not self.busy:
            self.error = self.setup.rule.problem(len(self._picked))

    def _cancel(self) -> None:
        if self._asking is not None and not self._is_cancelled:
            self._asking.reschedule(asyncio.get_running_loop().time())
        self._is_cancelled = True

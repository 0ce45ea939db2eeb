"""A picker that is being asked, without a view."""

import asyncio

from imnb.viewmodels.picker_setup import PickerSetup
from imnb.viewmodels.selection import SelectionViewModel
from tests.viewmodels.fakes import FakeSource

COLUMNS = ("key", "name", "rev")
NAMES = {"a": "Anna", "b": "Bob", "c": "Carol", "d": "Dave"}


def source_of(names=NAMES, rev=1):
    return FakeSource(COLUMNS, *rows_of(names, rev))


def rows_of(names, rev=1):
    return [(key, name, rev) for key, name in names.items()]


class Asking:
    """Someone waits for a choice.

    Attributes:
        answer: the task that waits.
    """

    def __init__(self, desk, choices=NAMES, **setup):
        self.desk = desk
        setup = PickerSetup(choices=choices, **setup)
        self.model = SelectionViewModel(setup, desk.runner)
        self.answer = None

    async def start(self):
        self.answer = asyncio.create_task(self.model.choose())
        await self.desk.settle()
        return self

    async def do(self, command, *arguments):
        getattr(self.model, command)(*arguments)
        await self.desk.settle()

    async def pick(self, *keys):
        for key in keys:
            await self.do("toggle", f"str:{key}")

    @property
    def chosen(self):
        return [row["name"] for row in self.model.chosen]

    @property
    def found(self):
        rows, found = self.model.rows, self.model.found
        return (
            [row["name"] for row in rows]
            if found is None
            else [rows[number]["name"] for number in found]
        )

    @property
    def result(self):
        """The choice; fails when there is none yet."""
        assert self.answer.done()
        return self.answer.result()


async def ask(desk, choices=NAMES, **setup):
    return await Asking(desk, choices, **setup).start()

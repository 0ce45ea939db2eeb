"""Validators: asked at the end, and what they may do."""

import asyncio

import pytest

from imnb.errors import ConfigError
from imnb.viewmodels.picker_setup import PickerSetup
from tests.viewmodels.picking import NAMES, ask, rows_of, source_of


def test_all_but_the_choices_can_be_left_out():
    setup = PickerSetup(choices=NAMES)
    assert (setup.list.title, setup.rule.minimum, setup.validate) == ("Choose", 1, None)


def refuse_bob(keys):
    return "Not Bob" if "b" in keys else None


async def refuse_bob_later(keys):
    await asyncio.sleep(0)
    return refuse_bob(keys)


def raise_for_bob(keys):
    if "b" in keys:
        raise ConfigError("Not Bob")


@pytest.mark.parametrize("validate", [refuse_bob, refuse_bob_later, raise_for_bob])
async def test_a_choice_that_cannot_be_says_why_and_goes_on(desk, validate):
    asking = await ask(desk, validate=validate)
    await asking.pick("b", "c")
    await asking.do("confirm")
    assert asking.model.error == "Not Bob"
    assert not asking.answer.done()
    await asking.pick("b")
    assert asking.model.error == ""
    await asking.do("confirm")
    assert asking.result == ("c",)


class Slow:
    """A validator that answers when it may."""

    def __init__(self):
        self.may = asyncio.Event()
        self.asked = []
        self.ended = 0

    async def __call__(self, keys):
        self.asked.append(keys)
        try:
            await self.may.wait()
        finally:
            self.ended += 1


@pytest.fixture
async def slow():
    return Slow()


async def test_nothing_changes_while_it_is_checked(desk, slow):
    asking = await ask(desk, validate=slow)
    await asking.pick("a")
    await asking.do("confirm")
    assert (asking.model.busy, asking.model.can_confirm) == (1, False)
    await asking.pick("a", "b")
    await asking.do("confirm")
    slow.may.set()
    await desk.settle()
    assert (asking.result, slow.asked, asking.model.busy) == (("a",), [("a",)], 0)


async def test_a_check_ends_when_one_cancels(desk, slow):
    asking = await ask(desk, validate=slow)
    await asking.pick("a")
    await asking.do("confirm")
    await asking.do("cancel")
    assert (asking.result, slow.ended) == (None, 1)


async def test_who_went_while_it_was_checked_is_not_chosen(desk, slow):
    source = source_of()
    asking = await ask(desk, source, validate=slow)
    await asking.pick("a", "b")
    await asking.do("confirm")
    source.put(*rows_of({"b": "Bob"}))
    slow.may.set()
    await desk.settle()
    assert not asking.answer.done()
    assert asking.model.error == "Anna is not there any more"
    await asking.do("confirm")
    assert asking.result == ("b",)


@pytest.mark.parametrize("error", [ZeroDivisionError(), TimeoutError()])
async def test_a_bug_in_it_is_raised_where_it_was_asked(desk, error):
    def broken(keys):
        raise error

    source = source_of()
    asking = await ask(desk, source, validate=broken)
    await asking.pick("a")
    await asking.do("confirm")
    with pytest.raises(type(error)):
        _ = asking.result
    assert not source.is_open

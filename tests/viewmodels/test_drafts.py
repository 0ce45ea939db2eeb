import pytest

from imnb.errors import ConfigError, StoreError
from imnb.viewmodels.commands import ViewModel
from imnb.viewmodels.drafts import Drafts
from tests.viewmodels.fakes import FakeCommands


@pytest.fixture
async def commands():
    return FakeCommands()


@pytest.fixture
def owner():
    return ViewModel()


@pytest.fixture
def drafts(desk, commands, owner):
    return Drafts(owner, commands, desk.runner)


async def test_of_fast_typing_the_newest_is_kept(desk, commands, drafts):
    commands.gate.clear()
    drafts.write("1", "h", 0)
    await desk.settle()
    for text in ("he", "hel", "hello"):
        drafts.write("1", text, 0)
    drafts.write("2", "you", 7)
    commands.gate.set()
    await desk.settle()
    kept = [(1, "h", None), (1, "hello", None), (2, "you", 7)]
    assert commands.preferences.drafts == kept
    assert drafts.get("2") == ("you", 7)
    assert drafts.get("3") == ("", 0)


async def test_others_hear_that_i_write_and_that_i_stopped(desk, commands, drafts):
    drafts.write("1", "h", 0)
    await desk.settle()
    drafts.write("1", "", 0)
    await desk.settle()
    assert commands.presence.told == [(1, True), (1, False)]


async def test_the_same_again_is_not_kept_again(desk, commands, drafts):
    for _ in range(3):
        drafts.write("1", "hi", 0)
        await desk.settle()
    drafts.write("2", "", 0)
    await desk.settle()
    assert commands.preferences.drafts == [(1, "hi", None)]


async def test_a_failure_shows_nothing_and_the_next_letter_tries_again(
    desk, commands, drafts, owner
):
    commands.error = StoreError("the disk is full")
    drafts.write("1", "h", 0)
    await desk.settle()
    assert (owner.error, owner.busy) == ("", 0)
    commands.error = None
    drafts.write("1", "hi", 0)
    await desk.settle()
    assert commands.preferences.drafts == [(1, "hi", None)]


async def test_one_that_is_too_long_stops_no_other(desk, commands, drafts, owner):
    commands.error = ConfigError("too long")
    drafts.write("1", "h", 0)
    await desk.settle()
    commands.error = None
    drafts.write("2", "hi", 0)
    await desk.settle()
    assert commands.preferences.drafts == [(2, "hi", None)]
    assert owner.error == ""

import asyncio
import threading

import pytest

from imnb.errors import NotConnected
from imnb.viewmodels.commands import ViewModel


def raising(error):
    async def work():
        raise error

    return work


async def test_a_command_is_busy_until_it_has_ended(desk):
    owner, gate = ViewModel(), asyncio.Event()
    desk.runner.run(owner, "wait", gate.wait)
    desk.runner.run(owner, "wait", gate.wait)
    await desk.settle()
    assert owner.busy == 2
    gate.set()
    await desk.settle()
    assert (owner.busy, owner.error) == (0, "")


async def test_a_foreseen_failure_is_shown_until_the_next_command(desk):
    owner = ViewModel()
    desk.runner.run(owner, "send", raising(NotConnected("no connection")))
    await desk.settle()
    assert (owner.busy, owner.error) == (0, "no connection")
    desk.runner.run(owner, "send", asyncio.Event().wait)
    await desk.settle()
    assert owner.error == ""


async def test_a_bug_is_shown_without_its_words_and_reported(desk):
    owner = ViewModel()
    desk.runner.run(owner, "send", raising(KeyError("secret")))
    await desk.settle()
    assert (owner.busy, owner.error) == (0, "send failed; see the log")
    assert desk.failures() == "failed in the background: test:send (KeyError)"


async def test_a_command_of_a_closed_client_says_so(desk):
    owner = ViewModel()
    await desk.scope.close()
    desk.runner.run(owner, "send", raising(AssertionError))
    await desk.settle()
    assert (owner.busy, owner.error) == (0, "the client is closed")


async def test_a_command_that_is_cut_off_by_closing_says_so(desk):
    owner = ViewModel()
    desk.runner.run(owner, "wait", asyncio.Event().wait)
    await desk.settle()
    await desk.scope.close()
    assert (owner.busy, owner.error) == (0, "wait was cut off")


@pytest.mark.parametrize("is_closed", [False, True])
async def test_who_gives_a_command_may_take_its_failure(desk, is_closed):
    owner, told = ViewModel(error="something else"), []
    if is_closed:
        await desk.scope.close()
    desk.runner.run(owner, "tell", raising(NotConnected("no connection")), told.append)
    await desk.settle()
    assert told == ["the client is closed" if is_closed else "no connection"]
    assert owner.error == "something else"


async def test_commands_may_come_from_any_thread(desk):
    owner, ran_on = ViewModel(), []

    async def work():
        ran_on.append(threading.current_thread())

    thread = threading.Thread(target=desk.runner.run, args=(owner, "work", work))
    thread.start()
    thread.join()
    await desk.settle()
    assert ran_on == [threading.main_thread()]


async def test_a_posted_call_that_fails_is_reported(desk):
    def broken(number):
        raise ValueError(number)

    desk.runner.post(broken, 1)
    await desk.settle()
    assert desk.failures() == "failed in the background: broken (ValueError)"


def test_a_closed_view_model_tells_nobody():
    model, changes = ViewModel(), []
    model.observe(changes.append, "error")
    model.close()
    model.error = "late"
    assert changes == []

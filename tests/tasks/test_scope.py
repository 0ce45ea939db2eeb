import asyncio
import logging

import pytest

from imnb.errors import BackgroundError, ClosedError
from imnb.tasks import TaskScope, in_owned_task


async def fail():
    raise ValueError("no")


async def test_closing_cancels_and_joins():
    scope = TaskScope("test")
    ended = []

    async def work():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(1)

    task = scope.spawn(work(), "work")
    await asyncio.sleep(0)
    assert (len(scope), task.get_name()) == (1, "test:work")
    await scope.close()
    await scope.close()
    assert (len(scope), ended) == (0, [1])


async def test_nothing_starts_after_close():
    scope = TaskScope("test")
    await scope.close()
    with pytest.raises(ClosedError, match="'late' was not started"):
        scope.spawn(fail(), "late")


async def test_a_failure_is_reported_at_once(caplog):
    heard = []
    scope = TaskScope("test", lambda name, error: heard.append((name, str(error))))
    with caplog.at_level(logging.ERROR):
        await asyncio.wait([scope.spawn(fail(), "work")])
        await asyncio.sleep(0)
    assert heard == [("test:work", "no")]
    assert "test:work failed: ValueError" in caplog.text
    assert "in fail" in caplog.text  # where
    assert "no" not in caplog.messages[0].split()  # it may quote a message
    with pytest.raises(BackgroundError, match="test:work") as error:
        scope.raise_errors()
    assert isinstance(error.value.__cause__, ValueError)
    scope.raise_errors()


async def test_a_task_that_was_cancelled_by_what_it_waited_for_is_reported():
    async def wait(future):
        future.cancel()
        await future

    scope = TaskScope("test")
    future = asyncio.get_running_loop().create_future()
    await asyncio.wait([scope.spawn(wait(future), "work")])
    await asyncio.sleep(0)
    with pytest.raises(BackgroundError, match=r"test:work \(CancelledError\)"):
        scope.raise_errors()


async def test_a_task_that_was_cancelled_on_purpose_is_no_failure():
    scope = TaskScope("test")
    task = scope.spawn(asyncio.Event().wait(), "work")
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    await asyncio.sleep(0)
    scope.raise_errors()


async def test_a_task_may_close_its_own_scope():
    scope = TaskScope("test")
    await scope.spawn(scope.close(), "closer")
    assert len(scope) == 0


async def test_tasks_know_that_they_are_owned():
    async def ask():
        return in_owned_task()

    scope = TaskScope("test")
    assert await scope.spawn(ask(), "ask")
    assert not in_owned_task()

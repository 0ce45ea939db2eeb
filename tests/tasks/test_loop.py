import asyncio
import contextvars
import threading

import pytest

from imnb.tasks import EngineLoop

VARIABLE = contextvars.ContextVar("variable", default="nothing")


async def test_a_call_from_another_thread_runs_on_the_loop():
    loop = EngineLoop()

    async def where():
        return threading.get_ident()

    found = await asyncio.to_thread(lambda: loop.call(where()).result(5))
    assert found == threading.get_ident()


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_post_runs_on_the_loop(elsewhere):
    loop = EngineLoop()
    done = asyncio.Event()
    places = []

    def work(value):
        places.append((value, threading.get_ident(), VARIABLE.get()))
        done.set()

    VARIABLE.set("a cell's")
    if elsewhere:
        await asyncio.to_thread(loop.post, work, 7)
    else:
        loop.post(work, 7)
        assert places == []
    await done.wait()
    assert places == [(7, threading.get_ident(), "nothing")]


async def test_the_loop_knows_its_thread():
    loop = EngineLoop()
    assert loop.is_here
    assert not await asyncio.to_thread(lambda: loop.is_here)
    assert loop.time() == pytest.approx(asyncio.get_running_loop().time(), abs=1)


def test_a_post_to_a_closed_loop_does_nothing():
    async def make():
        return EngineLoop()

    loop = asyncio.run(make())
    loop.post(pytest.fail, "ran")
    assert repr(loop) == "<EngineLoop closed>"


def test_there_must_be_a_loop():
    with pytest.raises(RuntimeError):
        EngineLoop()

import asyncio
import errno
import pathlib
import threading

import pytest

from imnb.engine.disk import DiskThread, disk_error
from tests.eventually import eventually

HERE = pathlib.Path("/data/photo.jpg")


async def test_what_it_is_given_happens_in_order_and_not_here():
    disk, seen = DiskThread("test"), []

    def note(number):
        seen.append(number)
        return threading.current_thread()

    thread = await disk.run(note, 1)
    assert thread is await disk.run(note, 2)
    assert thread is not threading.current_thread()
    await disk.end(lambda: seen.append(3))
    assert seen == [1, 2, 3]
    await eventually(lambda: not thread.is_alive())


async def test_the_loop_runs_while_the_disk_is_slow():
    disk, go = DiskThread("test"), threading.Event()
    slow = asyncio.create_task(disk.run(go.wait, 5))
    await asyncio.sleep(0)
    assert not slow.done()
    go.set()
    assert await slow
    await disk.end(lambda: None)


async def test_a_cancelled_caller_does_not_keep_the_last_thing_from_happening():
    disk, go, ended = DiskThread("test"), threading.Event(), threading.Event()
    asyncio.get_running_loop().call_later(0.01, go.set)
    slow = asyncio.create_task(disk.run(go.wait, 5))
    await asyncio.sleep(0)
    end = asyncio.create_task(disk.end(ended.set))
    await asyncio.sleep(0)
    slow.cancel()
    end.cancel()
    await asyncio.wait([slow, end])
    await eventually(ended.is_set)


async def test_errors_come_back():
    disk = DiskThread("test")
    with pytest.raises(ZeroDivisionError):
        await disk.run(lambda: 1 // 0)
    await disk.end(lambda: None)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "No space left on device: make room"),
        (errno.EACCES, "Permission denied: check its permissions"),
        (errno.EROFS, "Read-only file system: choose another place"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_refusal_names_the_file_and_what_to_do(number, said):
    error = disk_error(HERE, OSError(number, "in other words"))
    assert str(error) == f"/data/photo.jpg: {said}"

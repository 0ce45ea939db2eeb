"""The virtual clocks that other tests rely on."""

import asyncio
import hashlib
import socket
import threading

import pytest

from tests.clock import LONGEST_JUMP, virtual, virtual_io

__all__ = ["virtual", "virtual_io"]


async def test_a_wait_takes_just_its_time(virtual):
    start = virtual.now
    await asyncio.sleep(7)
    assert virtual.now - start == pytest.approx(7)


async def test_a_wait_beside_threads_takes_just_its_time(virtual_io):
    start = virtual_io.now
    await asyncio.sleep(7)
    assert virtual_io.now - start == pytest.approx(7)


async def test_time_stands_still_while_a_thread_is_at_work(virtual_io):
    start = virtual_io.now
    idle = asyncio.create_task(asyncio.sleep(60))
    await asyncio.to_thread(hashlib.pbkdf2_hmac, "sha256", b"p", b"s", 200_000)
    assert virtual_io.now - start <= 3 * LONGEST_JUMP  # not seen as it began or ended
    idle.cancel()


async def test_a_thread_that_waits_for_work_holds_nothing_up(virtual_io):
    gate, passed = threading.Event(), threading.Event()

    def wait():
        gate.wait()
        passed.set()

    thread = threading.Thread(target=wait)
    thread.start()
    await asyncio.sleep(7)
    assert not passed.is_set()
    gate.set()
    await asyncio.to_thread(thread.join)


async def test_what_is_there_to_be_read_comes_before_time_passes(virtual_io):
    near, far = socket.socketpair()
    with near, far:
        near.setblocking(False)
        loop = asyncio.get_running_loop()
        reading = asyncio.create_task(loop.sock_recv(near, 9))
        await asyncio.sleep(0)
        far.send(b"here")
        start = virtual_io.now
        async with asyncio.timeout(0.001):
            assert await reading == b"here"
        assert virtual_io.now == start

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.errors import ConnectionLost
from imnb.net.send_queue import OVERFLOW, SEND_SIZE, SendQueue


@given(
    st.lists(st.binary(min_size=1, max_size=50), max_size=30),
    st.lists(st.integers(1, 40), min_size=1, max_size=10),
)
def test_bytes_come_out_as_they_went_in(chunks, steps):
    queue = SendQueue(1000)
    for chunk in chunks:
        queue.append(chunk)
    out = b""
    turn = 0
    while queue.size:
        head = bytes(queue.head())
        count = min(len(head), steps[turn % len(steps)])
        out += head[:count]
        queue.consume(count)
        turn += 1
    assert out == b"".join(chunks)


def test_small_chunks_are_joined_and_large_ones_are_not_copied():
    queue = SendQueue(1000)
    for _ in range(2000):
        queue.append(b"x" * 200)
    assert SEND_SIZE <= len(queue.head()) < SEND_SIZE + 200
    large = b"y" * SEND_SIZE
    other = SendQueue(1000)
    other.append(large)
    other.append(b"z")
    assert other.head() is large


@pytest.mark.parametrize(
    ("size", "overflows"), [(OVERFLOW * 10, False), (OVERFLOW * 10 + 1, True)]
)
def test_the_bound_for_those_who_do_not_drain(size, overflows):
    queue = SendQueue(10)
    queue.append(b"x" * size)
    assert queue.is_overflowing is overflows
    assert repr(queue) == f"<SendQueue {size} of 10 bytes>"


async def test_only_as_many_go_on_as_there_is_room_for():
    queue = SendQueue(100)
    queue.append(b"x" * 100)

    async def send():
        await queue.drain()
        queue.append(b"y" * 100)

    tasks = [asyncio.create_task(send()) for _ in range(5)]
    await asyncio.sleep(0)
    for done in range(5):
        assert sum(task.done() for task in tasks) == done
        queue.consume(len(queue.head()))
        queue.wake()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert queue.size == 100


async def test_after_the_end_nobody_waits():
    queue = SendQueue(1)
    queue.append(b"xx")
    waiting = asyncio.create_task(queue.drain())
    await asyncio.sleep(0)
    queue.fail(ConnectionLost("gone"))
    with pytest.raises(ConnectionLost, match="gone"):
        await waiting
    with pytest.raises(ConnectionLost, match="gone"):
        await queue.drain()
    assert queue.size == 0


class Wrapper:
    """A sealer whose work can be seen."""

    is_open = False
    said = b"hello "

    def seal(self, data):
        said, self.said = self.said, b""
        return said + (b"<%s>" % data if data else b"")


def send_all(queue, step=1000):
    out = b""
    while head := bytes(queue.head()):
        out += head[:step]
        queue.consume(min(step, len(head)))
    return out


def test_before_the_layer_is_open_only_its_own_words_leave():
    wrapper = Wrapper()
    queue = SendQueue(1000, wrapper)
    queue.append(b"frame")
    assert send_all(queue) == b"hello "
    assert (queue.size, queue.is_stuck) == (5, False)
    wrapper.is_open = True
    assert send_all(queue) == b"<frame>"
    assert queue.size == 0


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_what_is_put_together_is_sealed_together(step):
    wrapper = Wrapper()
    wrapper.is_open = True
    queue = SendQueue(1000, wrapper)
    for frame in (b"one", b"two", b"three"):
        queue.append(frame)
    queue.consume(len(queue.head()[:2]))
    assert queue.is_stuck
    queue.append(b"four")
    wrapper.said = b"news "
    assert send_all(queue, step) == b"llo <onetwothree>news <four>"
    assert (queue.size, queue.is_stuck) == (0, False)

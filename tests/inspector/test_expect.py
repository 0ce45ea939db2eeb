import asyncio

import pytest

from imnb.errors import ExpectationFailed
from imnb.inspector.expect import Expectation
from imnb.wire.filter_tokens import FilterError
from tests.inspector.frames import LOGIN, event_push, feed, make_capture


@pytest.fixture
def capture():
    return make_capture()[0]


async def test_what_came_already_counts(capture):
    feed(capture, False, event_push("hi"))
    found = await Expectation(capture).wait('text contains "hi"', 1)
    assert found.record.number == 1


async def test_what_is_to_come_is_waited_for(capture):
    loop = asyncio.get_running_loop()
    loop.call_soon(feed, capture, False, event_push("no"))
    loop.call_soon(lambda: loop.call_soon(feed, capture, False, event_push("hi")))
    found = await Expectation(capture).wait('text == "hi"', 5)
    assert found.record.number == 2


async def test_a_frame_counts_once(capture):
    expectation = Expectation(capture)
    feed(capture, False, event_push("hi"))
    feed(capture, False, event_push("hi again"))
    first = await expectation.wait('text contains "hi"', 1)
    second = await expectation.wait('text contains "hi"', 1)
    assert (first.record.number, second.record.number) == (1, 2)


async def test_what_i_sent_does_not_count(capture):
    feed(capture, True, LOGIN)
    with pytest.raises(ExpectationFailed):
        await Expectation(capture).wait('command == "Login"', 0.01)


async def test_the_failure_lists_what_came(capture):
    feed(capture, False, event_push("quite another"))
    with pytest.raises(ExpectationFailed) as error:
        await Expectation(capture).wait('text contains "hi"', 0.01)
    assert "1 frames did come" in str(error.value)
    assert "text: 'quite another'" in str(error.value)


async def test_a_failure_stays_readable(capture):
    feed(capture, False, event_push(*["x"] * 50))
    for _ in range(50):
        feed(capture, False, event_push("x"))
    with pytest.raises(ExpectationFailed) as error:
        await Expectation(capture).wait("nothing", 0.01)
    assert len(str(error.value).splitlines()) < 20 * 14
    assert "51 frames did come" in str(error.value)


async def test_nothing_came_at_all(capture):
    with pytest.raises(ExpectationFailed, match="no frame at all"):
        await Expectation(capture).wait("text", 0.01)


async def test_a_wrong_filter_is_told_at_once(capture):
    with pytest.raises(FilterError):
        await Expectation(capture).wait("text ==", 60)

import asyncio

import pytest

from imnb.engine.progress import Meter, Progress, Teller


@pytest.mark.parametrize(
    ("progress", "fraction", "shown"),
    [
        (Progress(0, None), None, "0 of ? bytes"),
        (Progress(512, 2048), 0.25, "512 of 2,048 bytes"),
        (Progress(0, 0), 1.0, "0 of 0 bytes"),
    ],
)
def test_how_far_it_is(progress, fraction, shown):
    assert progress.fraction == fraction
    assert str(progress) == shown


def test_the_last_one_says_so():
    told = []
    teller = Teller(told.append, lambda *_: None)
    teller.tell(1, 3)
    teller.end()
    assert told == [Progress(1, 3), Progress(1, 3, is_over=True)]


def test_nobody_needs_to_listen():
    Teller(None, lambda *_: None).tell(1, 3)


def test_a_listener_that_fails_is_reported():
    reported = []

    def fail(progress):
        raise ZeroDivisionError

    teller = Teller(fail, lambda *what: reported.append(what))
    teller.tell(1, 3)
    teller.tell(2, 3)  # it is told no more
    teller.end()
    [(name, error)] = reported
    assert name == "progress"
    assert isinstance(error, ZeroDivisionError)


async def test_a_meter_is_waited_for_until_the_end():
    meter, seen = Meter(), []

    async def watch():
        seen.extend([progress async for progress in meter])

    watching = asyncio.create_task(watch())
    for done in (1, 2):
        meter(Progress(done, 3))
        await asyncio.sleep(0.001)
    meter(Progress(3, 3, is_over=True))
    await watching
    assert [progress.done for progress in seen] == [1, 2, 3]
    assert repr(meter) == "<Meter 3 of 3 bytes>"


async def test_who_looks_late_sees_the_newest_only_and_does_not_hang():
    meter = Meter()
    meter(Progress(1, 3))
    meter(Progress(3, 3, is_over=True))
    assert [progress async for progress in meter] == [Progress(3, 3, is_over=True)]
    assert [progress async for progress in meter] == []

"""A client that is killed at any of the named places has lost and doubled nothing."""

import asyncio
import functools
import random

import pytest

from tests.crash.harness import PLACES, kill, passings


@functools.cache
def counts():
    return asyncio.run(passings())


def test_every_place_is_passed():
    assert sorted(counts()) == PLACES


@pytest.mark.parametrize("place", PLACES)
def test_killed_at_the_first_passing(place):
    asyncio.run(kill(place, 1))


@pytest.mark.parametrize("place", PLACES)
def test_killed_at_a_later_passing(place):
    nth = random.Random(place).randint(1, counts()[place])
    asyncio.run(kill(place, nth))

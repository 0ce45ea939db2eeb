"""Ways to cut the same bytes: a decoder must not care."""

from collections.abc import Iterator

import pytest


def whole(data: bytes) -> Iterator[bytes]:
    yield data


def byte_by_byte(data: bytes) -> Iterator[bytes]:
    for value in data:
        yield bytes([value])


def in_threes(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), 3):
        yield data[start : start + 3]


all_ways = pytest.mark.parametrize("cut", [whole, byte_by_byte, in_threes])

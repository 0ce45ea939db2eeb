import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.errors import EnvelopeError
from imnb.wire.compression import WORTHWHILE, deflate, inflate


@given(st.binary(max_size=3000))
def test_what_is_compressed_comes_back(body):
    small = deflate(body)
    if small is not None:
        assert len(small) < len(body)
        assert inflate(small, len(body)) == body


@pytest.mark.parametrize(
    ("body", "worth_it"), [(bytes(WORTHWHILE), True), (bytes(WORTHWHILE - 1), False)]
)
def test_small_bodies_are_left_alone(body, worth_it):
    assert (deflate(body) is not None) is worth_it


BAD = {
    b"": "cut short",
    b"no zlib": "no zlib stream",
    zlib.compress(b"hello")[:-1]: "cut short",
    zlib.compress(b"hello") + b"!": "behind its end",
    zlib.compress(bytes(101)): "beyond 100 bytes",
}


@pytest.mark.parametrize(("body", "problem"), BAD.items())
def test_a_wrong_body_is_named(body, problem):
    with pytest.raises(EnvelopeError, match=problem):
        inflate(body, 100)


def test_a_bomb_costs_no_memory():
    bomb = zlib.compress(bytes(50_000_000))
    tracemalloc.start()
    with pytest.raises(EnvelopeError, match="beyond"):
        inflate(bomb, 100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@given(st.binary(max_size=200))
def test_garbage_raises_only_envelope_errors(data):
    try:
        inflate(data, 100)
    except EnvelopeError:
        pass

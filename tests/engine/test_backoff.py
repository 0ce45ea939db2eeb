import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.config import Backoff
from imnb.engine.backoff import BackoffSeries


def series(random=lambda: 1.0):
    return BackoffSeries(Backoff(base=0.5, cap=30, stable_after=5), random)


def test_the_ceiling_doubles_up_to_the_cap():
    growing = series()
    waits = [growing.fail() for _ in range(9)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 200))
def test_the_jitter_is_full(chance, failures):
    jittered = series(lambda: chance)
    for _ in range(failures):
        jittered.fail()
    ceiling = jittered.ceiling()
    assert jittered.fail() == pytest.approx(chance * ceiling)
    assert ceiling <= 30


@pytest.mark.parametrize(("lasted", "attempt"), [(4.9, 3), (5.0, 0), (600, 0)])
def test_only_a_stable_connection_starts_anew(lasted, attempt):
    failed = series()
    for _ in range(3):
        failed.fail()
    failed.ended(lasted)
    assert repr(failed) == f"<BackoffSeries after {attempt} failures>"
    failed.restart()
    assert failed.ceiling() == 0.5

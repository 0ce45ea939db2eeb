import pytest

from imnb.config import Backoff
from imnb.engine.retry import Retry
from imnb.errors import (
    CallRefused,
    CallTimeout,
    ConfigError,
    ConnectionLost,
    NotConnected,
    TooManyCalls,
)


def acted(error):
    error.may_have_acted = True
    return error


@pytest.mark.parametrize(
    ("error", "idempotent", "otherwise"),
    [
        (NotConnected("no"), True, True),
        (acted(ConnectionLost("gone")), True, False),
        (acted(NotConnected("an earlier try was sent")), True, False),
        (CallTimeout("late"), True, False),
        (CallRefused("Send", "OVERLOADED", "later"), True, True),
        (CallRefused("Send", "FORBIDDEN", "no"), False, False),
        (TooManyCalls("many"), False, False),
        (ConfigError("wrong"), False, False),
        (ValueError("a bug"), False, False),
    ],
)
def test_what_passes_is_tried_again_if_it_may_be_done_twice(
    error, idempotent, otherwise
):
    policy = Retry()
    assert policy.allows(error, True, 1) is idempotent
    assert policy.allows(error, False, 1) is otherwise


def test_only_so_often():
    policy = Retry(attempts=3)
    allowed = [policy.allows(NotConnected("no"), True, done) for done in (1, 2, 3)]
    assert allowed == [True, True, False]


def test_the_back_off_grows_to_its_cap():
    policy = Retry(backoff=Backoff(base=1, cap=5))
    assert [policy.delay(done, lambda: 1.0) for done in (1, 2, 3, 4)] == [1, 2, 4, 5]
    assert policy.delay(3, lambda: 0.25) == 1


@pytest.mark.parametrize(
    "settings", [{"attempts": 0}, {"max_wait": 0}, {"max_wait": float("nan")}]
)
def test_a_policy_without_a_try_is_refused(settings):
    with pytest.raises(ConfigError, match="at least one"):
        Retry(**settings)

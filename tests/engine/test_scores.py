import pytest

from imnb.config import Endpoint
from imnb.engine.scores import HALF_LIFE, MAX_ENDPOINTS, EndpointScores

A, B, C = (Endpoint("127.0.0.1", port) for port in (1, 2, 3))
NAMES = {A: "A", B: "B", C: "C"}


def order(scores, now=0.0):
    return "".join(NAMES[one] for one in scores.order((A, B, C), now))


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ("", "ABC"),
        ("C+C+C+", "ABC"),  # success alone is no reason to leave a better one
        ("A-", "BAC"),  # two places back: equal to C, and before it as given
        ("A-B+", "BAC"),
        ("A-A-", "BCA"),
        ("A-A+", "ABC"),
        ("A-A-A-A-A-A-A-A-A-", "BCA"),
        ("A-A-A-A-A-A-A-A-A-A+A+A+A+", "ABC"),  # a bound: soon trusted again
        ("A-B-C-", "ABC"),  # our own network was down
        ("A~B+", "BAC"),  # overtaken by B: next time B goes first
        ("A~", "ABC"),
    ],
)
def test_outcomes_change_the_order(outcomes, expected):
    scores = EndpointScores()
    ways = {"+": scores.succeeded, "-": scores.failed, "~": scores.overtaken}
    endpoints = {name: endpoint for endpoint, name in NAMES.items()}
    for name, outcome in zip(outcomes[::2], outcomes[1::2], strict=True):
        ways[outcome](endpoints[name], 0.0)
    assert order(scores) == expected


@pytest.mark.parametrize(
    ("half_lives", "expected"), [(0, "BCA"), (1.1, "BAC"), (2.1, "ABC")]
)
def test_time_forgives(half_lives, expected):
    scores = EndpointScores()
    scores.failed(A, 0.0)
    scores.failed(A, 0.0)
    assert order(scores, half_lives * HALF_LIFE) == expected


def test_an_endpoint_named_twice_is_tried_once():
    assert EndpointScores().order((A, B, A), 0.0) == [A, B]


def test_so_many_are_remembered_and_the_oldest_is_forgotten():
    scores = EndpointScores()
    scores.failed(A, 0.0)
    scores.failed(A, 0.0)
    for port in range(10, 10 + MAX_ENDPOINTS):
        scores.failed(Endpoint("10.0.0.1", port), 0.0)
    assert order(scores) == "ABC"
    assert "10.0.0.1:10" in repr(scores)

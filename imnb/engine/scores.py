"""Which endpoints answered lately. Pure.

The order of preference is the gateway's; an endpoint that failed moves back by
some places, and returns as time passes. Success alone puts nobody before a
better one: it only takes failures back.
"""

import dataclasses
from collections.abc import Iterable

from imnb.config import Endpoint

FAILED, OVERTAKEN, SUCCEEDED = 2.0, 1.0, -2.0
"""Places that an outcome moves an endpoint back by."""
WORST, BEST = 8.0, -1.0
"""However long a server is down, it is not the last for hours."""
HALF_LIFE = 300.0
"""Seconds after which an outcome counts half."""
MAX_ENDPOINTS = 100
"""Remembered; the one not tried for longest is forgotten."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Score:
    places: float
    at: float

    def now(self, now: float) -> float:
        return float(self.places * 0.5 ** (max(now - self.at, 0.0) / HALF_LIFE))


class EndpointScores:
    """One for all connections of an engine."""

    def __init__(self) -> None:
        self._scores: dict[Endpoint, _Score] = {}

    def __repr__(self) -> str:
        places = {str(where): one.places for where, one in self._scores.items()}
        return f"<EndpointScores {places}>"

    def succeeded(self, endpoint: Endpoint, now: float) -> None:
        """It answered as it should."""
        self._add(endpoint, SUCCEEDED, now)

    def failed(self, endpoint: Endpoint, now: float) -> None:
        """Nobody is there, or somebody else."""
        self._add(endpoint, FAILED, now)

    def overtaken(self, endpoint: Endpoint, now: float) -> None:
        """A later one was faster; this one was given up."""
        self._add(endpoint, OVERTAKEN, now)

    def order(self, endpoints: Iterable[Endpoint], now: float) -> list[Endpoint]:
        """Best first; equal ones, and those unknown, as given; each once."""
        places = {
            endpoint: position + self._at(endpoint, now)
            for position, endpoint in enumerate(dict.fromkeys(endpoints))
        }
        return sorted(places, key=places.__getitem__)

    def _at(self, endpoint: Endpoint, now: float) -> float:
        one = self._scores.get(endpoint)
        return 0.0 if one is None else one.now(now)

    def _add(self, endpoint: Endpoint, places: float, now: float) -> None:
        changed = min(max(self._at(endpoint, now) + places, BEST), WORST)
        self._scores.pop(endpoint, None)
        self._scores[endpoint] = _Score(changed, now)  # the newest is last
        if len(self._scores) > MAX_ENDPOINTS:
            del self._scores[next(iter(self._scores))]

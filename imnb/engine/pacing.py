"""How long to wait between two heartbeats. Pure.

Long intervals save batteries and radios; too long ones let a NAT on the way
forget the connection. Where that limit is nobody tells, so the adaptive pace
probes for it: up one step after some answers in a row, two steps back after
dead connections, and then no further up on that network (compare Mars'
``smart_heartbeat.cc``). What it learned is kept by the network's label.
"""

import dataclasses
import math
from typing import Protocol

from imnb.config import Heartbeat, NetworkType

MAX_NETWORKS = 20
"""Networks remembered; the one not used for longest is forgotten."""
MARGIN = 0.4
"""Of the server's silence limit: a beat may be lost before it cuts us off."""
SHORTEST = 0.5
"""Seconds between two beats, whatever limit a server names."""


class Pace(Protocol):
    """A strategy; one for all connections of an engine."""

    def interval(self, label: str, network: NetworkType) -> float:
        """Seconds between two beats on the network of this label."""

    def succeeded(self, label: str, network: NetworkType) -> None:
        """A beat was answered."""

    def failed(self, label: str, network: NetworkType) -> None:
        """The connection was dead when a beat was due."""


class FixedPace:
    """One interval for each type of network; learns nothing."""

    def __init__(self, settings: Heartbeat) -> None:
        self._settings = settings

    def __repr__(self) -> str:
        return f"<FixedPace {self._settings.interval:g} s>"

    def interval(self, label: str, network: NetworkType) -> float:
        """See `Pace`."""
        return self._settings.fixed(network)

    def succeeded(self, label: str, network: NetworkType) -> None:
        """See `Pace`."""

    def failed(self, label: str, network: NetworkType) -> None:
        """See `Pace`."""


@dataclasses.dataclass(slots=True)
class _Learned:
    interval: float
    successes: int = 0
    failures: int = 0
    is_settled: bool = False
    """It went back once: not further up."""


class AdaptivePace:
    """Finds the longest interval that a network carries."""

    def __init__(self, settings: Heartbeat) -> None:
        self._settings = settings
        self._networks: dict[str, _Learned] = {}

    def __repr__(self) -> str:
        found = {label: one.interval for label, one in self._networks.items()}
        return f"<AdaptivePace {found}>"

    def interval(self, label: str, network: NetworkType) -> float:
        """See `Pace`."""
        return self._learned(label, network).interval

    def succeeded(self, label: str, network: NetworkType) -> None:
        """See `Pace`."""
        one, settings = self._learned(label, network), self._settings
        one.failures = 0
        one.successes += 1
        if one.successes >= settings.successes and not one.is_settled:
            one.successes = 0
            one.interval = min(one.interval + settings.step, settings.ceiling)

    def failed(self, label: str, network: NetworkType) -> None:
        """See `Pace`."""
        one, settings = self._learned(label, network), self._settings
        one.successes = 0
        one.failures += 1
        if one.failures >= settings.failures:
            one.failures = 0
            floor = settings.fixed(network)
            one.is_settled = one.interval > floor
            one.interval = max(one.interval - 2 * settings.step, floor)

    def _learned(self, label: str, network: NetworkType) -> _Learned:
        one = self._networks.pop(label, None)
        if one is None:
            one = _Learned(self._settings.fixed(network))
        self._networks[label] = one  # the newest is last
        if len(self._networks) > MAX_NETWORKS:
            del self._networks[next(iter(self._networks))]
        return one


def pace_for(settings: Heartbeat) -> Pace:
    """The strategy that the settings ask for."""
    return AdaptivePace(settings) if settings.adaptive else FixedPace(settings)


class Rhythm:
    """The pace on the network in use, within the server's limit.

    One for all connections of an engine: what is learned outlives each.
    """

    def __init__(self, settings: Heartbeat) -> None:
        self.settings = settings
        self._pace = pace_for(settings)
        self._label = ""
        self._network = NetworkType.UNKNOWN
        self._cap = math.inf

    def __repr__(self) -> str:
        return f"<Rhythm {self.interval:g} s on {self._label or 'any network'!r}>"

    @property
    def interval(self) -> float:
        """Seconds between two beats."""
        return min(self._paced(), self._cap)

    def enter(self, label: str, network: NetworkType = NetworkType.UNKNOWN) -> None:
        """The connection goes over this network now."""
        self._label, self._network = label, network

    def limit(self, silence: float) -> None:
        """The server cuts off who is silent for so many seconds; 0: it does not."""
        self._cap = max(MARGIN * silence, SHORTEST) if silence > 0 else math.inf

    def succeeded(self) -> None:
        """A beat was answered; only one in its own pace says something about it."""
        if self._paced() <= self._cap:
            self._pace.succeeded(self._label, self._network)

    def failed(self) -> None:
        """The connection was dead when a beat was due; counts like an answer."""
        if self._paced() <= self._cap:
            self._pace.failed(self._label, self._network)

    def _paced(self) -> float:
        return self._pace.interval(self._label, self._network)


def patience(round_trip: float | None, settings: Heartbeat) -> float:
    """Seconds without an answer after which the peer is dead.

    2.5 times a generous round trip, as TDLib has it, and never more than
    `Heartbeat.dead_after`.
    """
    if round_trip is None:
        return settings.dead_after
    generous = max(2.0, 1.5 * round_trip + 1.0)
    return min(2.5 * generous, settings.dead_after)

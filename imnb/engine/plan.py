"""What the engine is told about one session: where to go and what to say there."""

import dataclasses
from collections.abc import Callable
from typing import Protocol

from imnb.config import Endpoint
from imnb.errors import ConfigError
from imnb.wire.codec import Codec


@dataclasses.dataclass(frozen=True, slots=True)
class Destination:
    """Where to connect, in order of preference, and the language spoken there."""

    endpoints: tuple[Endpoint, ...]
    codec: Callable[[], Codec]
    """Makes the codec of one connection."""

    def __post_init__(self) -> None:
        if not self.endpoints:
            raise ConfigError("no endpoint to connect to: the gateway gave none")


class ConnectionPlan(Protocol):
    """The steps of a session that the engine repeats at each reconnect.

    Any error ends the attempt; which errors also end the session is decided by
    `imnb.engine.reconnect.FINAL`.
    """

    async def prepare(self) -> Destination:
        """Find out where to connect, e.g. from a gateway."""

    async def authenticate(self) -> None:
        """The link is open: log in."""

    async def synchronise(self) -> None:
        """Catch up; afterwards the session is online."""

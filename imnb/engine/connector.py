"""From a destination to an open link: its endpoints in a race."""

import asyncio
import dataclasses
import functools
from collections.abc import Iterator, Sequence

from imnb.config import Endpoint, Timeouts
from imnb.engine.link import Link, LinkOwner
from imnb.engine.pacing import Rhythm
from imnb.engine.plan import Destination
from imnb.engine.scores import EndpointScores
from imnb.engine.states import State, StateMachine
from imnb.errors import (
    CertificateError,
    ConnectionFailed,
    ConnectionLost,
    RemoteProtocolError,
)
from imnb.net.transport import Network
from imnb.tasks.race import race
from imnb.wire.codec import Tap

FAILURES = (ConnectionFailed, RemoteProtocolError)
"""After these another endpoint is tried."""


class _Course:
    """One race: who is how far, shown as the one state of the session.

    That is handshaking while anybody is.
    """

    def __init__(self, states: StateMachine) -> None:
        self._states = states
        self._phases: dict[Endpoint, State] = {}  # in the order of their starts
        self._opened: dict[Endpoint, Link] = {}

    def enter(self, endpoint: Endpoint, phase: State) -> None:
        """It dials, or shakes hands."""
        self._phases[endpoint] = phase
        self._show()

    def leave(self, endpoint: Endpoint) -> None:
        """It failed."""
        del self._phases[endpoint]
        self._show()

    def opened(self, endpoint: Endpoint, link: Link) -> None:
        """It is at its goal."""
        self._opened[endpoint] = link

    def overtaken_by(self, link: Link) -> Iterator[Endpoint]:
        """Those who started earlier and were still under way."""
        for endpoint in self._phases:
            if self._opened.get(endpoint) is link:
                return
            if endpoint not in self._opened:
                yield endpoint

    def _show(self) -> None:
        for phase in (State.HANDSHAKING, State.CONNECTING):
            there = [one for one, its in self._phases.items() if its is phase]
            if there:
                if self._states.state is not phase:
                    self._states.move(phase, address=str(there[0]))
                return


@dataclasses.dataclass(frozen=True, slots=True)
class Connector:
    """Dials, and waits for the handshake; remembers who answered."""

    network: Network
    owner: LinkOwner
    states: StateMachine
    timeouts: Timeouts
    rhythm: Rhythm
    tap: Tap | None
    scores: EndpointScores = dataclasses.field(default_factory=EndpointScores)

    async def connect(self, destination: Destination) -> Link:
        """The first endpoint that answers as it should.

        Raises:
            ConnectionFailed: none does, and for some of them that may pass.
            CertificateError: none does, and for none of them that will pass.
            RemoteProtocolError: none does, and all speak something else.
        """
        course = _Course(self.states)
        attempts = [
            functools.partial(self._attempt, endpoint, destination, course)
            for endpoint in self.scores.order(destination.endpoints, _now())
        ]
        try:
            link = await race(attempts, failures=FAILURES, discard=_give_up)
        except ExceptionGroup as group:
            failure = _joined(group.exceptions)
        else:
            for endpoint in course.overtaken_by(link):
                self.scores.overtaken(endpoint, _now())
            return link
        raise failure

    async def _attempt(
        self, endpoint: Endpoint, destination: Destination, course: _Course
    ) -> Link:
        course.enter(endpoint, State.CONNECTING)
        try:
            link = await self._open(endpoint, destination, course)
        except FAILURES:
            self.scores.failed(endpoint, _now())
            course.leave(endpoint)
            raise
        self.scores.succeeded(endpoint, _now())
        course.opened(endpoint, link)
        return link

    async def _open(
        self, endpoint: Endpoint, destination: Destination, course: _Course
    ) -> Link:
        codec = destination.codec()
        codec.tap = self.tap
        link = await Link.dial(
            self.network,
            endpoint,
            codec,
            self.owner,
            rhythm=self.rhythm,
            timeouts=self.timeouts,
        )
        try:
            course.enter(endpoint, State.HANDSHAKING)
            await link.wait_open()
        except BaseException:
            _give_up(link)
            raise
        return link


def _give_up(link: Link) -> None:
    link.end(ConnectionLost("given up: another endpoint was faster, or none is wanted"))


def _joined(failures: Sequence[Exception]) -> Exception:
    """All of them in one; something else that answers is the lesser hint."""
    reached = [one for one in failures if isinstance(one, ConnectionFailed)]
    if len(failures) == 1 or not reached:
        return failures[0]
    will_stay = all(isinstance(one, CertificateError) for one in reached)
    kind = CertificateError if will_stay else ConnectionFailed
    return kind("; ".join(map(str, failures)))


def _now() -> float:
    return asyncio.get_running_loop().time()

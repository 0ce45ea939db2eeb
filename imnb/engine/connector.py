"""From a destination to an open link: addresses tried in order."""

import dataclasses

from imnb.config import Endpoint, Heartbeat, Timeouts
from imnb.engine.link import Link, LinkOwner
from imnb.engine.plan import Destination
from imnb.engine.states import State, StateMachine
from imnb.errors import ConnectionFailed, ConnectionLost, RemoteProtocolError
from imnb.net.transport import Network
from imnb.wire.codec import Tap


@dataclasses.dataclass(frozen=True, slots=True)
class Connector:
    """Dials, and waits for the handshake."""

    network: Network
    owner: LinkOwner
    states: StateMachine
    timeouts: Timeouts
    heartbeat: Heartbeat
    tap: Tap | None

    async def connect(self, destination: Destination) -> Link:
        """The first address that answers as it should.

        Raises:
            ConnectionFailed: none does, and for some of them that may pass.
            RemoteProtocolError: none does, and all speak something else.
        """
        failures: list[ConnectionFailed | RemoteProtocolError] = []
        for endpoint in destination.endpoints:
            try:
                return await self._connect(endpoint, destination)
            except (ConnectionFailed, RemoteProtocolError) as error:
                failures.append(error)
        passing = [one for one in failures if isinstance(one, ConnectionFailed)]
        if len(failures) == 1 or not passing:
            raise failures[0]
        raise ConnectionFailed("; ".join(map(str, failures))) from passing[0]

    async def _connect(self, endpoint: Endpoint, destination: Destination) -> Link:
        if self.states.state is not State.CONNECTING:
            self.states.move(State.CONNECTING, address=str(endpoint))
        codec = destination.codec()
        codec.tap = self.tap
        link = await Link.dial(
            self.network,
            endpoint,
            codec,
            self.owner,
            heartbeat=self.heartbeat,
            timeouts=self.timeouts,
        )
        self.states.move(State.HANDSHAKING, address=link.address)
        try:
            await link.wait_open()
        except BaseException:
            link.end(ConnectionLost("given up during the handshake"))
            raise
        return link

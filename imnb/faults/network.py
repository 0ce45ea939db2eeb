"""Any network, with faults."""

import asyncio
from collections.abc import Callable, Sequence

from imnb.config import Endpoint
from imnb.errors import ConnectionFailed
from imnb.faults.fault import Fault
from imnb.faults.plan import Injection, Plan
from imnb.faults.transport import FaultyTransport
from imnb.net.transport import Listener, Network, Receiver, Transport


class FaultyNetwork:
    """Wraps an `imnb.net.transport.Network`; what is dialled or accepted is faulty.

    Args:
        network: that carries the bytes.
        faults: that may happen; those that come first are asked first.
        seed: decides where they happen.
    """

    def __init__(self, network: Network, *faults: Fault, seed: int = 0) -> None:
        self._network = network
        self._plan = Plan(faults, seed)
        self._made = 0
        # in the order in which they were made, so that what befalls all is the same
        self._open: dict[FaultyTransport, None] = {}

    def __repr__(self) -> str:
        return f"<FaultyNetwork {len(self._open)} connections, {self._plan!r}>"

    @property
    def injections(self) -> Sequence[Injection]:
        """What happened so far, in order."""
        return self._plan.injections

    def stir(self, *faults: Fault) -> None:
        """These faults from now on, instead of those before."""
        self._plan.change(faults)

    def heal(self) -> None:
        """No faults from now on; what is held is delivered.

        Connections of which only one end knows that they are over are cut.
        """
        self._plan.change(())
        for transport in list(self._open):
            transport.release()

    def cut(self) -> None:
        """Reset all connections."""
        for transport in list(self._open):
            transport.cut()

    async def dial(
        self,
        endpoint: Endpoint,
        make: Callable[[Transport], Receiver],
        *,
        timeout: float,
    ) -> Transport:
        """See `Network.dial`."""
        faulty = self._transport(make)
        if self._plan.refuses(faulty.number, asyncio.get_running_loop().time()):
            raise ConnectionFailed(f"{endpoint}: refused, as planned")
        await self._network.dial(endpoint, faulty.attach, timeout=timeout)
        return faulty

    async def listen(
        self, host: str, port: int, accept: Callable[[Transport], Receiver]
    ) -> Listener:
        """See `Network.listen`."""
        return await self._network.listen(
            host, port, lambda inner: self._transport(accept).attach(inner)
        )

    def _transport(self, make: Callable[[Transport], Receiver]) -> FaultyTransport:
        self._made += 1
        return FaultyTransport(
            self._plan, self._made, make, self._attached, self._forget
        )

    def _attached(self, transport: FaultyTransport) -> None:
        self._open[transport] = None

    def _forget(self, transport: FaultyTransport) -> None:
        self._open.pop(transport, None)

"""One captured frame."""

import dataclasses


@dataclasses.dataclass(slots=True)
class FrameRecord:
    """A frame with what its envelope says; the message inside is not read yet.

    Attributes:
        number: counts from 1 in a capture.
        time: monotonic, in seconds.
        wall: microseconds since 1970, UTC.
        wire: the whole frame as it was on the wire.
        plain: the decrypted envelope; empty for handshake and close.
        pair: number of the request that this answers, or of the first reply.
        latency: of a reply, seconds since its request.
    """

    number: int
    time: float
    wall: int
    outbound: bool
    wire: bytes = dataclasses.field(repr=False)
    plain: bytes = dataclasses.field(repr=False)
    command: int = 0
    ask_id: int = 0
    status: int = 0
    more: bool = False
    pair: int | None = None
    latency: float | None = None

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return len(self.wire)

    @property
    def direction(self) -> str:
        """As in filters."""
        return "out" if self.outbound else "in"

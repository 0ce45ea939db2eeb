"""What a link needs from a protocol, whichever it is."""

from collections.abc import Callable, Mapping
from typing import Protocol

from imnb.pb.envelope_pb2 import Envelope

Tap = Callable[[bool, bytes, bytes], None]
"""Sees every frame: (outbound, the bytes on the wire, the envelope's bytes).

The envelope is empty for frames that carry none."""

Headers = Mapping[str, str] | None
"""Of a request; None sends no field."""


class Codec(Protocol):
    """One end of one connection, without I/O: bytes in, envelopes out."""

    tap: Tap | None

    @property
    def established(self) -> bool:
        """Envelopes may be sent."""

    @property
    def peer_close(self) -> str | None:
        """Why the peer said that it closes, once it did."""

    def start(self) -> bytes:
        """What to send first."""

    def feed(self, data: bytes) -> list[Envelope]:
        """The envelopes that ``data`` completes.

        Raises:
            RemoteProtocolError: the peer broke the protocol; the codec is dead.
        """

    def take_output(self) -> bytes:
        """What the codec itself wants sent, e.g. the answer of a handshake."""

    def encode(
        self,
        command: int,
        ask_id: int = 0,
        body: bytes = b"",
        *,
        status: int = 0,
        error: str = "",
        more: bool = False,
        headers: Headers = None,
    ) -> bytes:
        """The bytes of one envelope; the order of calls is the order to send in."""

    def encode_close(self, reason: str) -> bytes:
        """The bytes that tell the peer why the connection ends."""

    def heartbeat(self, ask_id: int) -> bytes:
        """The bytes of a sign of life that the peer answers."""

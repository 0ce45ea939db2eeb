"""Frames: how messages are cut out of the byte stream.

::

    0        1         2      3       4                8
    +--------+---------+------+-------+----------------+------ - -
    | 0x49   | version | kind | flags | body length    | body
    +--------+---------+------+-------+----------------+------ - -
      magic      1                      big-endian u32

A length above the limit is refused when the header is read, before a byte of
the body is kept.
"""

import enum
import struct
from typing import NamedTuple

from imnb.config import Limits
from imnb.errors import FrameError, LocalProtocolError

MAGIC = 0x49
VERSION = 1
HEADER = struct.Struct(">BBBBI")
HEADER_SIZE = HEADER.size


class Kind(enum.IntEnum):
    """What a frame is for."""

    HANDSHAKE = 1
    DATA = 2
    CLOSE = 3


class Flag(enum.IntFlag):
    """How a body is to be read; compression was applied before encryption."""

    ENCRYPTED = 1
    COMPRESSED = 2


KNOWN_KINDS = frozenset(int(kind) for kind in Kind)
KNOWN_FLAGS = int(Flag.ENCRYPTED | Flag.COMPRESSED)


_PREFIXED = struct.Struct(">4sI")
_PREFIXES = {
    bytes([MAGIC, VERSION, kind, flags]): (int(kind), flags)
    for kind in Kind
    for flags in range(KNOWN_FLAGS + 1)
}
"""What a header may start with, so that one look-up checks four fields."""


class Frame(NamedTuple):
    """One frame. A tuple of plain values: many thousands are made each second.

    Attributes:
        header: the eight bytes before the body, which encryption authenticates.
    """

    kind: int
    flags: int
    header: bytes
    body: bytes

    def __repr__(self) -> str:
        return f"<Frame kind {self.kind}, flags {self.flags}, {len(self.body)} bytes>"


def pack_header(kind: int, flags: int, body_length: int) -> bytes:
    """The header of a frame.

    Raises:
        LocalProtocolError: the length does not fit 32 bits.
    """
    if body_length >> 32:
        raise LocalProtocolError(f"a body of {body_length} bytes does not fit a frame")
    return HEADER.pack(MAGIC, VERSION, kind, flags, body_length)


def pack_frame(kind: int, flags: int, body: bytes) -> bytes:
    """A whole frame as it goes on the wire."""
    return pack_header(kind, flags, len(body)) + body


HTTP_STARTS = (b"HTTP/", b"GET ", b"POST ", b"HEAD ", b"PUT ")


class FrameDecoder:
    """Bytes in any pieces go in, whole frames come out.

    Attributes:
        max_body: bytes of a body beyond which its header is refused.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.max_body = (limits or Limits()).max_body
        # Pieces of a frame that is not whole yet are joined once it is, so that
        # a peer that sends single bytes does not make us copy them again and again.
        self._pieces: list[bytes] = []
        self._size = 0
        self._needed = HEADER_SIZE

    def __repr__(self) -> str:
        return f"<FrameDecoder: {self._size} bytes of a frame to come>"

    def feed(self, data: bytes) -> list[Frame]:
        """All frames that ``data`` completes, in order.

        Raises:
            FrameError: a header that cannot be right; frames before it in the
                same bytes are lost, for the connection is over.
        """
        buffer = self._join(data)
        if len(buffer) < self._needed:
            return []
        frames: list[Frame] = []
        start, end = 0, len(buffer)
        unpack, max_body, append = _PREFIXED.unpack_from, self.max_body, frames.append
        known, new = _PREFIXES, tuple.__new__
        self._needed = HEADER_SIZE
        while end - start >= HEADER_SIZE:
            prefix, length = unpack(buffer, start)
            if prefix not in known or length > max_body:
                raise self._refusal(buffer[start : start + HEADER_SIZE])
            stop = start + HEADER_SIZE + length
            if stop > end:
                self._needed = stop - start
                break
            body_at = start + HEADER_SIZE
            kind, flags = known[prefix]
            append(
                new(Frame, (kind, flags, buffer[start:body_at], buffer[body_at:stop]))
            )
            start = stop
        self._keep(buffer[start:])
        return frames

    def _join(self, data: bytes) -> bytes:
        """The bytes so far, or nothing while they cannot make a frame."""
        if not self._pieces:
            return data if len(data) >= HEADER_SIZE else self._keep(data)
        self._pieces.append(data)
        self._size += len(data)
        return b"".join(self._pieces) if self._size >= self._needed else b""

    def _keep(self, tail: bytes) -> bytes:
        if tail and tail[0] != MAGIC:
            raise self._refusal(tail)
        self._pieces = [tail] if tail else []
        self._size = len(tail)
        return b""

    def _refusal(self, header: bytes) -> FrameError:
        if header[0] != MAGIC:
            seen = "it looks like HTTP" if _is_http(header) else header.hex(" ")
            return FrameError(
                f"no imnb frame: it should start with {MAGIC:#x}, but {seen}; "
                "is this the right port?"
            )
        _, version, kind, flags, length = HEADER.unpack(header)
        if version != VERSION:
            return FrameError(
                f"version {version} of the protocol, only {VERSION} is known"
            )
        if kind not in KNOWN_KINDS:
            return FrameError(f"unknown frame kind {kind}")
        if flags & ~KNOWN_FLAGS:
            return FrameError(f"unknown flags {flags:#04x}")
        return FrameError(
            f"a frame of {length} bytes, the limit is {self.max_body} bytes"
        )


def _is_http(header: bytes) -> bool:
    """What has come so far begins a request or an answer of HTTP/1 (RFC 9112)."""
    return any(start.startswith(header[: len(start)]) for start in HTTP_STARTS)

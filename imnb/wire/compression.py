"""zlib with a bound on what comes out.

Bodies are compressed before they are encrypted. Chat bodies mix texts of many
senders in one frame only for their reader, who sees all of them, so lengths
tell an observer little (compare CRIME, which needs a secret beside chosen text).
"""

import zlib

from imnb.errors import EnvelopeError

WORTHWHILE = 1024
"""Bytes below which a body is sent as it is: most chat messages."""


def deflate(body: bytes) -> bytes | None:
    """The compressed body, or None where that would gain nothing."""
    if len(body) < WORTHWHILE:
        return None
    small = zlib.compress(body, 1)
    return small if len(small) < len(body) else None


def inflate(body: bytes, limit: int) -> bytes:
    """The body before compression.

    Raises:
        EnvelopeError: no zlib stream, cut short, with bytes behind it, or more
            than ``limit`` bytes; at most ``limit`` + 1 bytes were held.
    """
    stream = zlib.decompressobj()
    try:
        inflated = stream.decompress(body, limit + 1)
    except zlib.error as error:
        raise EnvelopeError(
            f"a compressed body that is no zlib stream: {error}"
        ) from None
    if len(inflated) > limit:
        raise EnvelopeError(f"a compressed body inflates beyond {limit} bytes")
    if not stream.eof or stream.unused_data:
        raise EnvelopeError(
            "a compressed body is cut short or has bytes behind its end"
        )
    return inflated

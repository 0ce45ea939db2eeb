"""Waiting for what a server sends, in scripts."""

import asyncio

from imnb.errors import ExpectationFailed
from imnb.inspector.capture import Capture
from imnb.inspector.dissect import DecodedFrame
from imnb.wire.filters import Filter

MAX_LISTED = 20
"""Frames that a failure lists."""
MAX_LINES = 12
"""Lines of each of them."""


class Expectation:
    """A place in a capture: what was matched once is not matched again."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._after = 0
        self._searched = 0

    def __repr__(self) -> str:
        return f"<Expectation after frame {self._after}>"

    async def wait(self, where: str, timeout: float) -> DecodedFrame:
        """The first received frame that fits, come already or yet to come.

        Args:
            where: a filter, e.g. ``text contains "hi"``.
            timeout: seconds.

        Raises:
            ExpectationFailed: lists the frames that did come.
            FilterError: the filter cannot be read.
        """
        wanted = Filter.parse(where)
        self._searched = start = self._after
        came = asyncio.Event()
        unsubscribe = self._capture.subscribe(came.set)
        try:
            async with asyncio.timeout(timeout):
                while (found := self._find(wanted)) is None:
                    came.clear()
                    await came.wait()
            return found
        except TimeoutError:
            raise ExpectationFailed(self._complaint(where, timeout, start)) from None
        finally:
            unsubscribe()

    def _find(self, wanted: Filter) -> DecodedFrame | None:
        for record in self._capture.frames(self._searched):
            self._searched = record.number
            if record.outbound:
                continue
            decoded = self._capture.decode(record)
            if wanted.matches(decoded.lookup):
                self._after = record.number
                return decoded
        return None

    def _complaint(self, where: str, timeout: float, start: int) -> str:
        received = [r for r in self._capture.frames(start) if not r.outbound]
        listed = [_shorten(self._capture.decode(r)) for r in received[-MAX_LISTED:]]
        lines = "\n".join(listed) or "  (no frame at all)"
        return (
            f"no frame with {where} within {timeout:g} s; "
            f"{len(received)} frames did come, the last of them:\n{lines}"
        )


def _shorten(frame: DecodedFrame) -> str:
    lines = str(frame).splitlines()
    more = (
        [f"    … {len(lines) - MAX_LINES} lines more"] if len(lines) > MAX_LINES else []
    )
    return "\n".join([f"  {line}" for line in lines[:MAX_LINES]] + more)

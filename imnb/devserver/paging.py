"""How much goes into one answer, so that it fits a frame."""

from collections.abc import Iterable, Iterator

from imnb.config import Limits

MAX_PAGE_BYTES = 256 * 1024
"""Far below the usual limit of a frame: others want to be answered meanwhile."""


def page_bytes(limits: Limits) -> int:
    """Bytes of one page; there is room for its envelope and encryption."""
    return min(MAX_PAGE_BYTES, limits.max_body // 2)


def fitting(parts: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """The first one, however large; then as many as stay within ``max_bytes``."""
    size = 0
    for part in parts:
        size += len(part)
        if len(part) < size > max_bytes:
            return
        yield part

"""Checks on numbers from the network, which go into signed 64-bit columns."""

from imnb.errors import EnvelopeError

BOUND = 1 << 62
"""Values from here on are refused: there must be room to count on from one."""
MAX_INT64 = (1 << 63) - 1


def positive(value: int, field: str) -> int:
    """An id or sequence number.

    Raises:
        EnvelopeError: zero or below, or from `BOUND` on.
    """
    if value <= 0:
        raise EnvelopeError(f"{field} is {value}, it starts at 1")
    return not_negative(value, field)


def not_negative(value: int, field: str, below: int = BOUND) -> int:
    """A time or a count.

    Raises:
        EnvelopeError: below zero, or from ``below`` on.
    """
    if value < 0:
        raise EnvelopeError(f"{field} is {value}, it cannot be negative")
    if value >= below:
        raise EnvelopeError(f"{field} is {value}, it must be below {below}")
    return value


def present(value: str, field: str) -> str:
    """An id in letters.

    Raises:
        EnvelopeError: empty.
    """
    if not value:
        raise EnvelopeError(f"{field} is empty")
    return value

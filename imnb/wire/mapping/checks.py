"""Checks on numbers from the network, which go into signed 64-bit columns."""

from imnb.errors import EnvelopeError


def positive(value: int, field: str) -> int:
    """An id or sequence number.

    Raises:
        EnvelopeError: zero or below.
    """
    if value <= 0:
        raise EnvelopeError(f"{field} is {value}, it starts at 1")
    return value


def not_negative(value: int, field: str) -> int:
    """A time or a count.

    Raises:
        EnvelopeError: below zero.
    """
    if value < 0:
        raise EnvelopeError(f"{field} is {value}, it cannot be negative")
    return value


def present(value: str, field: str) -> str:
    """An id in letters.

    Raises:
        EnvelopeError: empty.
    """
    if not value:
        raise EnvelopeError(f"{field} is empty")
    return value

"""What the operating system says, in its own words."""

import os


def describe(error: OSError) -> str:
    """``"Connection refused"``; asyncio puts other words into ``strerror``."""
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    # Name look-ups have numbers of their own, and words for people.
    return error.strerror or str(error) or type(error).__name__

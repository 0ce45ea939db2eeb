"""What the operating system says, in its own words."""

import os
import ssl


def describe(error: OSError) -> str:
    """``"Connection refused"``; asyncio puts other words into ``strerror``."""
    if isinstance(error, ssl.SSLError):  # its errno is OpenSSL's, not the system's
        return f"TLS failed: {getattr(error, 'reason', str(error))}"
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    # Name look-ups have numbers of their own, and words for people.
    return error.strerror or str(error) or type(error).__name__

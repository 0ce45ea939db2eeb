"""What every request of a client carries."""

import locale
import urllib.parse

from imnb.client.version import VERSION
from imnb.engine.interceptors import CommonHeaders


def common_headers(device: str) -> CommonHeaders:
    """Device, version, language, and a trace id for each request."""
    return CommonHeaders(
        {
            # As in a URL, because HTTP's headers are ASCII (RFC 9110, section 5.5).
            "device": urllib.parse.quote(device, safe=" "),
            "client-version": VERSION,
            "locale": _language(),
        }
    )


def _language() -> str:
    """Such as ``de_DE``; ``C`` where none is set, or one that Python cannot read."""
    try:
        return locale.getlocale()[0] or "C"
    except ValueError:
        return "C"

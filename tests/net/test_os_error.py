import errno
import socket
import ssl

import pytest

from imnb.net.os_error import describe


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ECONNREFUSED, "Connect call failed"), "Connection refused"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "Connection reset by peer"),
        (socket.gaierror(socket.EAI_NONAME, "Name not known"), "Name not known"),
        (OSError("the name has no address"), "the name has no address"),
        (TimeoutError(), "TimeoutError"),
        (ssl.SSLError(1, "record layer failure"), "TLS failed: "),
    ],
)
def test_the_words(error, words):
    assert describe(error).startswith(words)
